import * as Effect from "effect/Effect"
import { rootfsPropagation } from "./bindMount.ts"
import { buildProcess } from "./buildProcess.ts"
import { refuseCapabilities } from "./capabilities.ts"
import { devices } from "./devices.ts"
import { type InvalidHostConfig, refuseFirst } from "./InvalidHostConfig.ts"
import { hiddenPaths } from "./maskedPaths.ts"
import { mounts } from "./mounts.ts"
import { ownsNamespace } from "./namespaceModes.ts"
import { namespaces } from "./namespaces.ts"
import type { OciLinux, OciSpec } from "./OciSpec.ts"
import { resources } from "./resources.ts"
import { seccomp } from "./seccomp.ts"
import { parseSecurityOptions, type SecurityOptions } from "./securityOptions.ts"
import type { SpecInput } from "./SpecInput.ts"
import { refuseSysctls, sysctls } from "./sysctls.ts"
import { refuseUlimits } from "./ulimits.ts"
import { refuseWorkingDirectory } from "./workingDirectory.ts"

/**
 * The OCI spec of a container, with its root file system at `rootfs` in the bundle. Pure: the same input gives the same
 * spec. What create has checked is checked again where the answer guards the host, since records outlive rules.
 */
export const buildSpec = Effect.fnUntraced(function*(input: SpecInput): Effect.fn.Return<OciSpec, InvalidHostConfig> {
  const { config, hostConfig } = input.record
  yield* refuseFirst([
    refuseWorkingDirectory(config.WorkingDir),
    refuseCapabilities("CapAdd", hostConfig.CapAdd, input.host.capabilities),
    refuseCapabilities("CapDrop", hostConfig.CapDrop, input.host.capabilities),
    refuseSysctls(hostConfig),
    refuseUlimits(hostConfig.Ulimits)
  ])
  const security = yield* parseSecurityOptions(hostConfig.SecurityOpt)
  const process = buildProcess(input, security)
  const annotations = hostConfig.Annotations ?? {}
  return {
    ociVersion: "1.0.2",
    process,
    root: { path: "rootfs", readonly: hostConfig.ReadonlyRootfs },
    // The host's name is not a container's to set.
    ...(ownsNamespace(hostConfig.UTSMode) && config.Hostname !== "" ? { hostname: config.Hostname } : {}),
    mounts: yield* mounts(input, security),
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    linux: yield* linux(input, security, process.capabilities.bounding)
  }
})

const linux = Effect.fnUntraced(function*(
  input: SpecInput,
  security: SecurityOptions,
  capabilities: ReadonlyArray<string>
): Effect.fn.Return<OciLinux, InvalidHostConfig> {
  const { config, hostConfig, mounts } = input.record
  const { devices: nodes, rules } = yield* devices(input)
  const parameters = sysctls(hostConfig, config.Domainname, input.host)
  const filter = yield* seccomp(input, security, capabilities)
  const propagation = rootfsPropagation(mounts)
  return {
    namespaces: yield* namespaces(input),
    cgroupsPath: input.cgroupsPath,
    resources: { devices: rules, ...(yield* resources({ hostConfig, blockDevices: input.blockDevices })) },
    ...(nodes.length === 0 ? {} : { devices: nodes }),
    ...(Object.keys(parameters).length === 0 ? {} : { sysctl: parameters }),
    ...(filter === undefined ? {} : { seccomp: filter }),
    ...(propagation === undefined ? {} : { rootfsPropagation: propagation }),
    ...hiddenPaths(hostConfig, input.host)
  }
})
