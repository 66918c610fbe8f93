import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import { exitOnThirdSignal } from "./cli/exitOnThirdSignal.ts"
import { gantryCommand } from "./cli/gantryCommand.ts"
import { mainOptions, surroundings } from "./cli/mainOptions.ts"
import * as Gantry from "./Gantry.ts"

exitOnThirdSignal()

NodeRuntime.runMain(gantryCommand(Gantry.layerServer)(process.argv.slice(2)).pipe(Effect.provide(surroundings)), mainOptions)
