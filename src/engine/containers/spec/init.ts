import type { HostConfig } from "../../../model/HostConfig.ts"
import { ownsNamespace } from "./namespaceModes.ts"
import type { OciMount } from "./OciSpec.ts"
import type { SpecDefaults } from "./SpecInput.ts"

/** Where the init of `--init` is found in a container. */
export const initTarget = "/sbin/docker-init"

/** An init makes sense only as pid 1 of a pid namespace of its own. */
export const wantsInit = (hostConfig: Pick<HostConfig, "Init" | "PidMode">, defaults: SpecDefaults): boolean =>
  ownsNamespace(hostConfig.PidMode) && (hostConfig.Init ?? defaults.init)

export const initMount = (initPath: string): OciMount =>
  ({ destination: initTarget, type: "bind", source: initPath, options: ["bind", "ro"] })
