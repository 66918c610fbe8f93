import type { HostFacts } from "../../host/HostFacts.ts"
import type { KernelFeatures } from "./System.ts"

type Host = HostFacts["Service"]

export const kernelFeatures = ({ apparmor, cgroups, ipv4Forwarding, limits, seccomp }: Host, systemdCgroup: boolean): KernelFeatures => ({
  memoryLimit: limits.memory,
  swapLimit: limits.swap,
  cpuCfs: limits.cpuCfs,
  cpuShares: limits.cpuShares,
  cpuSet: limits.cpuset,
  pidsLimit: limits.pids,
  oomKillDisable: limits.oomKillDisable,
  ipv4Forwarding,
  seccomp,
  appArmor: apparmor,
  cgroupVersion: cgroups.version,
  cgroupDriver: systemdCgroup ? "systemd" : "cgroupfs"
})

/** What does not work as it should on this machine, in Docker's words. */
export const kernelWarnings = ({ cgroups, ipv4Forwarding, limits, seccomp }: Host): ReadonlyArray<string> =>
  ([
    [limits.memory, "WARNING: No memory limit support"],
    [limits.swap, "WARNING: No swap limit support"],
    [limits.oomKillDisable || cgroups.version === 2, "WARNING: No oom kill disable support"],
    [limits.cpuCfs, "WARNING: No cpu cfs quota support"],
    [limits.cpuShares, "WARNING: No cpu shares support"],
    [limits.cpuset, "WARNING: No cpuset support"],
    [limits.pids, "WARNING: No pids limit support"],
    [seccomp, "WARNING: No seccomp support"],
    [ipv4Forwarding, "WARNING: IPv4 forwarding is disabled"]
  ] as const).flatMap(([present, warning]) => present ? [] : [warning])
