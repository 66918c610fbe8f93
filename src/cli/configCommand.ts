import * as Command from "effect/cli/Command"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { showSetting } from "../config/mergeSources.ts"
import { settingNames, settings } from "../config/settings.ts"
import { configOrigin, originFlags } from "./configOrigin.ts"
import { loadConfig } from "./loadConfig.ts"

/** `gantry config`: every setting as it would be in force, and where its value comes from. */
export const configCommand = Command.make("config", originFlags, Effect.fnUntraced(function*(given) {
  const { origins, user, warnings } = yield* loadConfig(yield* configOrigin(given))
  const lines = settingNames.map((name) => {
    const { key } = settings[name]
    return [origins[key] ?? "default", key, showSetting(user, name)] as const
  })
  const width = Math.max(...lines.map(([, key]) => key.length))
  const text = lines.map(([origin, key, value]) => `${origin.padEnd(11)} ${key.padEnd(width)} ${value}`.trimEnd())
  yield* Console.log(text.join("\n"))
  yield* Effect.forEach(warnings, (warning) => Console.error(`warning: ${warning}`), { discard: true })
})).pipe(Command.withDescription("Show the effective configuration and where each value comes from"))
