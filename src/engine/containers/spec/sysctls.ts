import type { HostConfig } from "../../../model/HostConfig.ts"
import { ownsNamespace } from "./namespaceModes.ts"

const ipcSysctls = new Set([
  "kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem", "kernel.shmall", "kernel.shmmax", "kernel.shmmni",
  "kernel.shm_rmid_forced"
])

type Namespaced = Pick<HostConfig, "IpcMode" | "NetworkMode" | "Sysctls" | "UTSMode">

/**
 * Why kernel parameters are refused: they must belong to a namespace that the container has for itself. Docker leaves
 * the check to the runtime, whose words these are; made at create, it answers before anything is built.
 */
export const refuseSysctls = (hostConfig: Namespaced): string | undefined => {
  for (const name of Object.keys(hostConfig.Sysctls ?? {}).map((key) => key.replaceAll("/", "."))) {
    const reason = refuseSysctl(name, hostConfig)
    if (reason !== undefined) return reason
  }
  return undefined
}

const refuseSysctl = (name: string, hostConfig: Namespaced): string | undefined => {
  if (name === "kernel.domainname" && ownsNamespace(hostConfig.UTSMode)) return undefined
  if (name === "kernel.hostname") return `sysctl "${name}" is not allowed as it conflicts with the OCI "hostname" field`
  if (ipcSysctls.has(name) || name.startsWith("fs.mqueue.")) {
    return hostConfig.IpcMode === "host" ? `sysctl "${name}" is not allowed in the hosts ipc namespace` : undefined
  }
  if (name.startsWith("net.")) return hostConfig.NetworkMode === "host" ? `sysctl "${name}" not allowed in host network namespace` : undefined
  return `sysctl "${name}" is not in a separate kernel namespace`
}

/** What is set in a container: our defaults for a network of its own, then what was asked. */
export const sysctls = (
  hostConfig: Namespaced,
  domainname: string,
  host: { readonly sysctls: ReadonlySet<string> }
): Readonly<Record<string, string>> => {
  const ownNetwork = hostConfig.NetworkMode !== "host" && ownsNamespace(hostConfig.NetworkMode)
  const defaults = Object.entries(ownNetwork ? networkDefaults : {}).filter(([name]) => host.sysctls.has(name))
  return {
    ...Object.fromEntries(defaults),
    // The specification's own field for it is not known to older runtimes.
    ...(domainname !== "" && ownsNamespace(hostConfig.UTSMode) ? { "kernel.domainname": domainname } : {}),
    ...Object.fromEntries(Object.entries(hostConfig.Sysctls ?? {}).map(([key, value]) => [key.replaceAll("/", "."), value]))
  }
}

/** Ports below 1024 and echo requests need no capability in a network of one's own. */
export const networkDefaults = {
  "net.ipv4.ip_unprivileged_port_start": "0",
  "net.ipv4.ping_group_range": "0 2147483647"
}
