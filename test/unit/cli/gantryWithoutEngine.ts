/** The real command line with, in the engine's place, something that writes down each configuration in force. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { appendFileSync } from "node:fs"
import { exitOnThirdSignal } from "../../../src/cli/exitOnThirdSignal.ts"
import { gantryCommand } from "../../../src/cli/gantryCommand.ts"
import { mainOptions, surroundings } from "../../../src/cli/mainOptions.ts"
import { LiveConfig } from "../../../src/config/LiveConfig.ts"

const journal = process.env["JOURNAL"] ?? "/dev/null"
const note = (line: string) => Effect.sync(() => appendFileSync(journal, `${line}\n`))

const server = () =>
  Layer.effectDiscard(Effect.gen(function*() {
    const live = yield* LiveConfig
    if (process.env["BOOT"] === "fails") return yield* Effect.fail({ message: "the engine\n  can't start" })
    if (process.env["BOOT"] === "dies") return yield* Effect.die(new Error("a mistake in the engine"))
    yield* Effect.forkScoped(SubscriptionRef.changes(live.ref).pipe(
      Stream.runForEach(({ revision, user }) =>
        note(JSON.stringify({ revision, debug: user.debug, labels: user.labels, dataRoot: user.dataRoot })))
    ))
    yield* Effect.addFinalizer(() =>
      process.env["STOP"] === "hangs" ? Effect.andThen(note("stopping"), Effect.never) : note("stopped"))
  }))

exitOnThirdSignal()
NodeRuntime.runMain(gantryCommand(server)(process.argv.slice(2)).pipe(Effect.provide(surroundings)), mainOptions)
