import * as Cause from "effect/Cause"
import * as CliConfig from "effect/cli/CliConfig"
import * as CliError from "effect/cli/CliError"
import * as Command from "effect/cli/Command"
import * as GlobalFlag from "effect/cli/GlobalFlag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { configCommand } from "./configCommand.ts"
import { doctorCommand } from "./doctorCommand.ts"
import { engineVersion } from "./engineVersion.ts"
import { fsckCommand } from "./fsckCommand.ts"
import type { EngineServer } from "./serve.ts"
import { serveCommand } from "./serveCommand.ts"

/** The command line as a whole: fails after the one line (or the usage) that says why was printed. */
export const gantryCommand = (server: EngineServer) => {
  const command = Command.make("gantry").pipe(
    Command.withDescription("A container engine that speaks the Docker Engine API"),
    Command.withSubcommands([serveCommand(server), configCommand, doctorCommand, fsckCommand])
  )
  return (args: ReadonlyArray<string>) =>
    Effect.flatMap(engineVersion, (version) => Command.runWith(command, { version })(args)).pipe(
      Effect.tapError((error) => CliError.isCliError(error) && error._tag === "ShowHelp" ? Effect.void : Console.error(oneLine(error.message))),
      Effect.tapCause((cause) => Cause.hasDies(cause) ? Console.error(Cause.pretty(cause)) : Effect.void),
      // `--log-level` is dockerd's here, not the command line's.
      Effect.provide(
        CliConfig.layer({ builtIns: [GlobalFlag.Help, GlobalFlag.Version, GlobalFlag.Completions] })
      )
    )
}

const oneLine = (message: string) => `gantry: ${message.replaceAll(/\s*\n\s*/g, " ")}`
