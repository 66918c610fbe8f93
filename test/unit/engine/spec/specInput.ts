import { Schema } from "effect"
import type { SpecInput } from "../../../../src/engine/containers/spec/SpecInput.ts"
import type { HostFacts } from "../../../../src/host/HostFacts.ts"
import { ContainerConfig } from "../../../../src/model/ContainerConfig.ts"
import type { ContainerRecord } from "../../../../src/model/ContainerRecord.ts"
import { HostConfig } from "../../../../src/model/HostConfig.ts"

export const id = "6f0d9b2a71c5e8f30d4a6b7c8d9e0f112233445566778899aabbccddeeff0011"

export const hostConfig = (asked: typeof HostConfig.Encoded = {}): HostConfig =>
  Schema.decodeSync(HostConfig)({ ShmSize: 67108864, IpcMode: "private", CgroupnsMode: "host", NetworkMode: "none", ...asked })

export const config = (asked: typeof ContainerConfig.Encoded = {}): ContainerConfig =>
  Schema.decodeSync(ContainerConfig)({ Hostname: "6f0d9b2a71c5", ...asked })

/** A container that runs `sh -c` with what the test asks for. */
export const record = (
  asked: {
    readonly command?: ReadonlyArray<string>
    readonly config?: typeof ContainerConfig.Encoded
    readonly hostConfig?: typeof HostConfig.Encoded
    readonly mounts?: ContainerRecord["mounts"]
  } = {}
): ContainerRecord => {
  const [path = "/bin/sh", ...args] = asked.command ?? ["/bin/sh"]
  return {
    id,
    name: "web",
    created: "2026-01-01T00:00:00Z",
    configRevision: 1,
    config: config(asked.config),
    hostConfig: hostConfig(asked.hostConfig),
    imageId: "",
    imageManifest: "",
    platform: { os: "linux", architecture: "amd64" },
    path,
    args,
    runtime: { name: "runc", shim: "io.containerd.runc.v2", systemdCgroup: false },
    snapshotter: "overlayfs",
    rootfs: [],
    mounts: asked.mounts ?? [],
    endpoints: {},
    logPath: ""
  }
}

/** A host that can do everything, on cgroup version 1. */
export const host: HostFacts["Service"] = {
  kernelVersion: "6.18.44",
  osName: "Debian GNU/Linux 12 (bookworm)",
  osVersion: "12",
  machine: "x86_64",
  architecture: "amd64",
  hostname: "host",
  memoryBytes: 8 * 1024 ** 3,
  cpus: 2,
  cpuSet: "0-1",
  memoryNodes: "0",
  cgroups: {
    version: 1,
    hybrid: true,
    mounts: new Map(),
    unified: "/sys/fs/cgroup/unified",
    controllers: new Set(["memory", "cpu", "pids"]),
    crunNeedsUnshare: true
  },
  cgroupDriver: "cgroupfs",
  limits: {
    memory: true,
    swap: true,
    memoryReservation: true,
    memorySwappiness: true,
    kernelMemoryTcp: true,
    oomKillDisable: true,
    cpuShares: true,
    cpuCfs: true,
    cpuRealtime: true,
    cpuset: true,
    pids: true,
    blkioWeight: true,
    blkioWeightDevice: true,
    blkioReadBps: true,
    blkioWriteBps: true,
    blkioReadIops: true,
    blkioWriteIops: true
  },
  cgroupNamespaces: true,
  seccomp: true,
  apparmor: false,
  ipv4Forwarding: true,
  capabilities: (1n << 41n) - 1n,
  sysctls: new Set(["net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range"]),
  thermalThrottlePaths: []
}

export const specInput = (over: Partial<SpecInput> = {}): SpecInput => ({
  record: record(),
  host,
  user: { uid: 0, gid: 0, additionalGids: [0] },
  defaults: { init: false, noNewPrivileges: false, ulimits: [] },
  network: { type: "none" },
  files: {},
  cgroupsPath: `/gantry/${id}`,
  joined: {},
  seccomp: undefined,
  devices: [],
  blockDevices: new Map(),
  recursiveReadOnly: true,
  ...over
})
