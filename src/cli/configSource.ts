import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Ref from "effect/Ref"
import { ConfigSource } from "../config/ConfigSource.ts"
import type { Source } from "../config/decodeSettings.ts"
import { planReload } from "../config/planReload.ts"
import { deriveConfig } from "../engine/system/deriveConfig.ts"
import { type ConfigOrigin, loadConfig } from "./loadConfig.ts"

/** Reads flags and file anew at each load; `first` is what the file said at start. */
export const configSource = (origin: ConfigOrigin, first: Source) =>
  Layer.effect(ConfigSource, Effect.gen(function*() {
    const last = yield* Ref.make(first)
    const machine = yield* Effect.context<Effect.Services<ReturnType<typeof deriveConfig>>>()
    return ConfigSource.of({
      load: Effect.fn("ConfigSource.load")(function*(from) {
        const { file, origins, user: asked, warnings } = yield* loadConfig(origin, yield* Ref.get(last))
        const { changes, user } = planReload(from, asked)
        const derived = yield* deriveConfig(user)
        yield* Ref.set(last, file)
        return { user, derived, origins, warnings, changes }
      }, Effect.provide(machine))
    })
  }))
