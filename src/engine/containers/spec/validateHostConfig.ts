import * as Effect from "effect/Effect"
import type { HostFacts } from "../../../host/HostFacts.ts"
import type { ContainerConfig } from "../../../model/ContainerConfig.ts"
import type { HostConfig } from "../../../model/HostConfig.ts"
import { refuseCapabilities } from "./capabilities.ts"
import { compileSeccomp } from "./compileSeccomp.ts"
import { refuseDeviceRules } from "./devices.ts"
import { fillHostConfig, type HostConfigDefaults } from "./fillHostConfig.ts"
import { invalid, type InvalidHostConfig, refuseFirst } from "./InvalidHostConfig.ts"
import { validCgroupnsMode, validIpcMode, validPidMode, validUtsMode } from "./namespaceModes.ts"
import { cleanPath } from "./paths.ts"
import { decodeOwnProfile } from "./seccomp.ts"
import { parseSecurityOptions } from "./securityOptions.ts"
import { refuseSysctls } from "./sysctls.ts"
import { refuseUlimits } from "./ulimits.ts"
import { refuseContainerConfig } from "./validateContainerConfig.ts"
import { refuseMounts } from "./validateMounts.ts"
import { refuseAddresses, refuseNetworkMode } from "./validateNetworkMode.ts"
import { validateResources } from "./validateResources.ts"

/** A create request that can be, as inspect will show it. */
export interface Validated {
  readonly config: ContainerConfig
  readonly hostConfig: HostConfig
  /** What of it this host cannot do, and what has no effect. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * Checks a container's configuration, merged with its image's, before anything of it is made, and fills in the defaults.
 * `asked` is the client's own part: with another container's network, ports that the client exposes are a conflict,
 * those of the image are none. The hostname must not have been filled in yet, for the same reason.
 */
export const validateHostConfig = Effect.fn("validateHostConfig")(function*(
  config: ContainerConfig,
  hostConfig: HostConfig,
  host: HostFacts["Service"],
  defaults: HostConfigDefaults,
  asked: ContainerConfig = config
): Effect.fn.Return<Validated, InvalidHostConfig> {
  yield* refuseFirst(refuseNetworkMode(asked, hostConfig))
  yield* refuseFirst(refuseContainerConfig(config, hostConfig.Privileged))
  yield* refuseFirst(refuseSettings(hostConfig, host))
  const limits = validateResources(hostConfig, host, false)
  if (limits.refusal !== undefined) return yield* invalid(limits.refusal)
  yield* refuseFirst(refuseNamespaces(limits.hostConfig, defaults))
  yield* validateSecurity(hostConfig, host)
  return {
    config: config.WorkingDir === "" ? config : { ...config, WorkingDir: cleanPath(config.WorkingDir) },
    hostConfig: fillHostConfig(limits.hostConfig, host, defaults),
    warnings: [...limits.warnings, ...warnNetwork(hostConfig, host), ...warnNamespaces(hostConfig, host)]
  }
})

function* refuseSettings(hostConfig: HostConfig, host: HostFacts["Service"]): Iterable<string | undefined> {
  if (hostConfig.AutoRemove && !["", "no"].includes(hostConfig.RestartPolicy.Name)) {
    yield "can't create 'AutoRemove' container with restart policy"
  }
  yield* refuseMounts(hostConfig)
  yield* refuseAddresses(hostConfig)
  yield refuseRestartPolicy(hostConfig.RestartPolicy)
  yield refuseCapabilities("CapAdd", hostConfig.CapAdd, host.capabilities)
  yield refuseCapabilities("CapDrop", hostConfig.CapDrop, host.capabilities)
  if (!["", "default"].includes(hostConfig.Isolation.toLowerCase())) {
    yield `invalid isolation (${hostConfig.Isolation}): linux only supports 'default'`
  }
  if (Object.keys(hostConfig.Annotations ?? {}).includes("")) {
    yield "invalid Annotations: the empty string is not permitted as an annotation key"
  }
  yield refuseUlimits(hostConfig.Ulimits)
  yield refuseDeviceRules(hostConfig.DeviceCgroupRules)
}

const refuseRestartPolicy = ({ MaximumRetryCount, Name }: HostConfig["RestartPolicy"]): string | undefined => {
  const wrong = (reason: string) => `invalid restart policy: ${reason}`
  if (Name === "") return undefined
  if (!["no", "always", "on-failure", "unless-stopped"].includes(Name)) {
    return wrong(`unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`)
  }
  if (Name === "on-failure") return MaximumRetryCount < 0 ? wrong("maximum retry count cannot be negative") : undefined
  if (MaximumRetryCount === 0) return undefined
  return wrong(`maximum retry count can only be used with 'on-failure'${MaximumRetryCount < 0 ? " and cannot be negative" : ""}`)
}

function* refuseNamespaces(hostConfig: HostConfig, defaults: HostConfigDefaults): Iterable<string | undefined> {
  if (!validIpcMode(hostConfig.IpcMode)) yield `invalid IPC mode: ${hostConfig.IpcMode}`
  if (!validPidMode(hostConfig.PidMode)) yield `invalid PID mode: ${hostConfig.PidMode}`
  if (hostConfig.ShmSize < 0) yield "SHM size can not be less than 0"
  if (!validUtsMode(hostConfig.UTSMode)) yield `invalid UTS mode: ${hostConfig.UTSMode}`
  if (Math.abs(hostConfig.OomScoreAdj) > 1000) {
    yield `Invalid value ${hostConfig.OomScoreAdj}, range for oom score adj is [-1000, 1000]`
  }
  if (hostConfig.CgroupParent !== "" && defaults.cgroupDriver === "systemd" && !/.\.slice$/.test(hostConfig.CgroupParent)) {
    yield "cgroup-parent for systemd cgroup should be a valid slice named as \"xxx.slice\""
  }
  if (!validCgroupnsMode(hostConfig.CgroupnsMode)) yield `invalid cgroup namespace mode: ${hostConfig.CgroupnsMode}`
  if (!["", "host"].includes(hostConfig.UsernsMode)) yield `invalid user namespace mode: ${hostConfig.UsernsMode}`
  yield refuseSysctls(hostConfig)
}

/** A profile that cannot be read would otherwise be found out at start. */
const validateSecurity = Effect.fnUntraced(function*(hostConfig: HostConfig, host: HostFacts["Service"]) {
  const { seccomp } = yield* parseSecurityOptions(hostConfig.SecurityOpt)
  if (seccomp === undefined || seccomp === "unconfined" || seccomp === "builtin") return
  const profile = yield* decodeOwnProfile(seccomp)
  yield* compileSeccomp(profile, { capabilities: [], architecture: host.architecture, kernel: host.kernelVersion })
})

function* warnNetwork(hostConfig: HostConfig, host: HostFacts["Service"]): Iterable<string> {
  if (!host.ipv4Forwarding && !["host", "none"].includes(hostConfig.NetworkMode)) {
    yield "IPv4 forwarding is disabled. Networking will not work."
  }
  if (hostConfig.NetworkMode === "host" && Object.keys(hostConfig.PortBindings ?? {}).length > 0) {
    yield "Published ports are discarded when using host network mode"
  }
}

function* warnNamespaces(hostConfig: HostConfig, host: HostFacts["Service"]): Iterable<string> {
  if (hostConfig.CgroupnsMode === "private" && !host.cgroupNamespaces) {
    yield "Your kernel does not support cgroup namespaces.  Cgroup namespace setting discarded."
  }
}
