import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import type { CreateRequest } from "./Containers.ts"
import { refuseNotBuilt } from "./refuseNotBuilt.ts"
import { resolveMounts } from "./resolveMounts.ts"
import { validateHostConfig } from "./spec/validateHostConfig.ts"

/**
 * Checks what a client asked against this host and the configuration, and fills in what it left open. `config` is
 * the request's completed by the image. What is wrong is told before what is not built.
 */
export const settleHostConfig = Effect.fnUntraced(function*(
  config: ContainerConfig,
  request: CreateRequest
) {
  const { derived, user } = yield* CurrentConfig
  const validated = yield* validateHostConfig(config, request.hostConfig, yield* HostFacts, {
    shmBytes: user.defaultShmSizeBytes,
    ipcMode: user.defaultIpcMode === "shareable" ? "shareable" : "private",
    cgroupnsMode: derived.defaultCgroupnsMode === "private" ? "private" : "host",
    runtime: derived.defaultRuntime,
    logConfig: { Type: user.logDriver, Config: user.logOpts },
    cgroupDriver: derived.systemdCgroup ? "systemd" : "cgroupfs"
  }, request.config).pipe(Effect.mapError(({ message }) => new InvalidRequest({ message })))
  yield* refuseNotBuilt(request)
  return { ...validated, mounts: yield* resolveMounts(validated.hostConfig) }
})
