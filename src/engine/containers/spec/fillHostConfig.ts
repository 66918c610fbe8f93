import type { HostFacts } from "../../../host/HostFacts.ts"
import type { HostConfig } from "../../../model/HostConfig.ts"
import { hiddenPaths } from "./maskedPaths.ts"

/** What the daemon's configuration says where a request says nothing. */
export interface HostConfigDefaults {
  readonly shmBytes: number
  readonly ipcMode: "private" | "shareable"
  /** Empty: private on cgroup version 2, the host's on version 1. */
  readonly cgroupnsMode: "" | "host" | "private"
  readonly runtime: string
  readonly logConfig: { readonly Type: string; readonly Config: Readonly<Record<string, string>> }
  readonly cgroupDriver: "cgroupfs" | "systemd"
}

/** The host configuration as inspect shows it: each field that was left open has the value that will be used. */
export const fillHostConfig = (
  asked: HostConfig,
  host: Pick<HostFacts["Service"], "cgroups" | "thermalThrottlePaths">,
  defaults: HostConfigDefaults
): HostConfig => {
  const hidden = asked.Privileged
    ? { maskedPaths: asked.MaskedPaths, readonlyPaths: asked.ReadonlyPaths }
    : hiddenPaths(asked, host)
  return {
    ...asked,
    NetworkMode: asked.NetworkMode === "" ? "default" : asked.NetworkMode,
    RestartPolicy: asked.RestartPolicy.Name === "" ? { ...asked.RestartPolicy, Name: "no" } : asked.RestartPolicy,
    LogConfig: fillLogConfig(asked.LogConfig, defaults.logConfig),
    Runtime: asked.Runtime === "" ? defaults.runtime : asked.Runtime,
    MemorySwap: asked.Memory > 0 && asked.MemorySwap === 0 ? asked.Memory * 2 : asked.MemorySwap,
    ShmSize: asked.ShmSize === 0 ? defaults.shmBytes : asked.ShmSize,
    IpcMode: asked.IpcMode === "" ? defaults.ipcMode : asked.IpcMode,
    CgroupnsMode: asked.CgroupnsMode === "" ? cgroupnsMode(asked.Privileged, host, defaults) : asked.CgroupnsMode,
    OomKillDisable: asked.OomKillDisable ?? false,
    MaskedPaths: hidden.maskedPaths,
    ReadonlyPaths: hidden.readonlyPaths
  }
}

/** Options go with the driver they were written for: the daemon's are its default driver's. */
const fillLogConfig = (asked: HostConfig["LogConfig"], { Config, Type }: HostConfigDefaults["logConfig"]) =>
  asked.Type === "" || asked.Type === Type
    ? { Type, Config: { ...Config, ...asked.Config } }
    : { ...asked, Config: asked.Config ?? {} }

const cgroupnsMode = (
  privileged: boolean,
  { cgroups: { version } }: Pick<HostFacts["Service"], "cgroups">,
  defaults: HostConfigDefaults
): "host" | "private" => {
  if (privileged && version === 1) return "host"
  if (defaults.cgroupnsMode !== "") return defaults.cgroupnsMode
  return version === 1 ? "host" : "private"
}
