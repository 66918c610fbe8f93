import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import type { HostConfig } from "../../model/HostConfig.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { resolveMounts } from "./resolveMounts.ts"
import { validateHostConfig } from "./spec/validateHostConfig.ts"

/**
 * Checks what a client asked against this host and the configuration, and fills in what it left open. `config` is
 * `askedConfig` completed by the image.
 */
export const settleHostConfig = Effect.fnUntraced(function*(
  config: ContainerConfig,
  asked: HostConfig,
  askedConfig: ContainerConfig
) {
  const { derived, user } = yield* CurrentConfig
  const validated = yield* validateHostConfig(config, asked, yield* HostFacts, {
    shmBytes: user.defaultShmSizeBytes,
    ipcMode: user.defaultIpcMode === "shareable" ? "shareable" : "private",
    cgroupnsMode: derived.defaultCgroupnsMode === "private" ? "private" : "host",
    runtime: derived.defaultRuntime,
    logConfig: { Type: user.logDriver, Config: user.logOpts },
    cgroupDriver: derived.systemdCgroup ? "systemd" : "cgroupfs"
  }, askedConfig).pipe(Effect.mapError(({ message }) => new InvalidRequest({ message })))
  return { ...validated, mounts: yield* resolveMounts(validated.hostConfig) }
})
