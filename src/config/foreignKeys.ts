/** Keys of dockerd that change nothing here: taken, with one warning that says why. */
export const ignoredKeys: Readonly<Record<string, string>> = {
  "userland-proxy": "published ports are forwarded without a proxy process",
  "userland-proxy-path": "published ports are forwarded without a proxy process",
  "allow-direct-routing": "the firewall decides",
  "bridge-accept-fwmark": "the firewall decides",
  "ip-forward-no-drop": "the firewall's forward policy is left alone",
  "cri-containerd": "the engine's containerd serves no Kubernetes",
  "storage-opts": "containerd's snapshotter has no options here",
  "selinux-enabled": "SELinux labels are not set",
  "cpu-rt-period": "real-time scheduling is not set up",
  "cpu-rt-runtime": "real-time scheduling is not set up",
  "cdi-spec-dirs": "CDI devices are not supported",
  "node-generic-resources": "there is no Swarm",
  "swarm-default-advertise-addr": "there is no Swarm",
  builder: "there is no built-in builder",
  "nri-opts": "NRI is not supported",
  "network-control-plane-mtu": "there are no overlay networks",
  "network-diagnostic-port": "there is no diagnostic server",
  rootless: "the engine runs as root",
  "deprecated-key-path": "engine keys are no longer used",
  "allow-nondistributable-artifacts": "all layers are treated alike"
}

const unencrypted = "the engine listens on unix sockets only: put a TLS proxy in front of one"

/** Keys that can't be honoured, and whose neglect would make a machine less safe than its owner believes. */
export const refusedKeys: Readonly<Record<string, string>> = {
  "authorization-plugins": "authorization plugins are not supported, and without them every request would be allowed",
  "userns-remap": "user namespace remapping is not supported, and root in a container would be root on the host",
  tls: unencrypted,
  tlsverify: unencrypted,
  tlscacert: unencrypted,
  tlscert: unencrypted,
  tlskey: unencrypted
}
