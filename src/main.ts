import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { exitOnThirdSignal } from "./cli/exitOnThirdSignal.ts"
import { gantryCommand } from "./cli/gantryCommand.ts"
import { mainOptions, surroundings } from "./cli/mainOptions.ts"
import type { EngineServer } from "./cli/serve.ts"

const server: EngineServer = () => Layer.effectDiscard(Effect.fail({ message: "this build has no engine" }))

exitOnThirdSignal()

NodeRuntime.runMain(gantryCommand(server)(process.argv.slice(2)).pipe(Effect.provide(surroundings)), mainOptions)
