export interface DaemonPaths {
  readonly root: string
  readonly state: string
  readonly address: string
}

/** The least that a containerd needs to do what we ask of it: fast to start, small, and open on one socket. */
export const daemonConfig = (majorVersion: number, paths: DaemonPaths): string => {
  const generation = majorVersion >= 2 ? v2 : v1
  const text = (value: string) => JSON.stringify(value)
  return [
    `version = ${generation.version}`,
    `root = ${text(paths.root)}`,
    `state = ${text(paths.state)}`,
    `disabled_plugins = [${generation.disabled.map(text).join(", ")}]`,
    "[grpc]",
    `  address = ${text(paths.address)}`,
    "[ttrpc]",
    `  address = ${text(`${paths.address}.ttrpc`)}`,
    `[plugins."io.containerd.internal.v1.opt"]`,
    `  path = ${text(`${paths.root}/opt`)}`,
    ""
  ].join("\n")
}

// The image verifier has to stay: transfer does not load without it.
const v2 = {
  version: 3,
  disabled: [
    "io.containerd.grpc.v1.cri",
    "io.containerd.cri.v1.images",
    "io.containerd.cri.v1.runtime",
    "io.containerd.nri.v1.nri",
    "io.containerd.internal.v1.tracing",
    "io.containerd.tracing.processor.v1.otlp",
    "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper",
    "io.containerd.snapshotter.v1.erofs",
    "io.containerd.snapshotter.v1.zfs",
    "io.containerd.differ.v1.erofs",
    "io.containerd.monitor.container.v1.restart",
    "io.containerd.podsandbox.controller.v1.podsandbox",
    "io.containerd.grpc.v1.sandbox-controllers"
  ]
}

// The old runtime.v1.linux has to stay: tasks do not load without it.
const v1 = {
  version: 2,
  disabled: [
    "io.containerd.grpc.v1.cri",
    "io.containerd.nri.v1.nri",
    "io.containerd.internal.v1.tracing",
    "io.containerd.tracing.processor.v1.otlp",
    "io.containerd.snapshotter.v1.aufs",
    "io.containerd.snapshotter.v1.blockfile",
    "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper",
    "io.containerd.snapshotter.v1.zfs"
  ]
}
