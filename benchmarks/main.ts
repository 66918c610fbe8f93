import { NodeRuntime, NodeServices } from "@effect/platform-node"
import { Console, Effect, FileSystem, Option } from "effect"
import { Command, Flag } from "effect/cli"
import { printReport } from "./report/printReport.ts"
import { runBenchmarks, scenarioNames } from "./runBenchmarks.ts"

const flags = {
  targets: Flag.KeyValuePair("target").pipe(
    Flag.withDefault({}),
    Flag.withDescription("Another engine to measure beside Gantry: name=unix:///path; may be given again")
  ),
  only: Flag.Literals("only", scenarioNames).pipe(
    Flag.atLeast(0),
    Flag.withDescription("A scenario to run, instead of all; may be given again")
  ),
  rounds: Flag.Int("rounds").pipe(Flag.withDefault(5), Flag.withDescription("How often each takes its turn")),
  json: Flag.File("json").pipe(Flag.optional, Flag.withDescription("Where to write the figures as JSON"))
}

const bench = Command.make("bench", flags, ({ json, ...options }) =>
  Effect.gen(function*() {
    const report = yield* runBenchmarks(options)
    yield* Console.log(printReport(report))
    const fs = yield* FileSystem.FileSystem
    if (Option.isSome(json)) yield* fs.writeFileString(json.value, `${JSON.stringify(report, undefined, 2)}\n`)
  })).pipe(Command.withDescription("Measure Gantry, the calls to containerd below it, and other engines beside it"))

// The death of npm comes as SIGHUP; it, too, asks for an orderly end.
process.on("SIGHUP", () => process.kill(process.pid, "SIGTERM"))

NodeRuntime.runMain(Command.runWith(bench, { version: "" })(process.argv.slice(2)).pipe(Effect.provide(NodeServices.layer)))
