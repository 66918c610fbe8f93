import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import { configOrigin, originFlags } from "./configOrigin.ts"
import { type EngineServer, serveEngine, validateConfig } from "./serve.ts"

const flags = {
  ...originFlags,
  validate: Flag.Boolean("validate").pipe(
    Flag.withoutNegation, Flag.withDefault(false), Flag.withDescription("Check flags and configuration file, and exit")
  )
}

/** `gantry serve`: the daemon. */
export const serveCommand = (server: EngineServer) =>
  Command.make("serve", flags, Effect.fnUntraced(function*(given) {
    const origin = yield* configOrigin(given)
    return yield* given.validate ? validateConfig(origin) : serveEngine(origin, server)
  })).pipe(Command.withDescription("Serve the Docker Engine API"))
