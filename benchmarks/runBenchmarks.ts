import { Console, Effect } from "effect"
import { join } from "node:path"
import { Measurements } from "./harness/Measurements.ts"
import { residentMiBOf } from "./harness/processUsage.ts"
import { runScenario } from "./harness/runScenario.ts"
import { makeReport } from "./report/Report.ts"
import { execs } from "./scenarios/execs.ts"
import { cycle, starts, stops } from "./scenarios/lifecycle.ts"
import { logs } from "./scenarios/logs.ts"
import { ownShare, type Pair } from "./scenarios/ownShare.ts"
import { longList, reads } from "./scenarios/reads.ts"
import { rpcCounts } from "./scenarios/rpcCounts.ts"
import { openFloor } from "./targets/ContainerdFloor.ts"
import { type Engine, runningContainer } from "./targets/Engine.ts"
import { startGantry } from "./targets/gantry.ts"
import { openRival } from "./targets/rival.ts"

/** What `--only` may name. */
export const scenarioNames = ["reads", "list", "cycle", "starts", "stops", "execs", "logs", "share", "rpc"] as const
export type ScenarioName = typeof scenarioNames[number]

export interface BenchmarkOptions {
  readonly rounds: number
  /** All if empty. */
  readonly only: ReadonlyArray<ScenarioName>
  /** Other engines, by name: `unix:///path`. */
  readonly targets: Readonly<Record<string, string>>
}

/** Containerd alone beside the engine, for each runtime that works here. */
const openPairs = (gantry: Effect.Success<typeof startGantry>) =>
  Effect.map(
    Effect.forEach(["crun", "runc"], (runtime) =>
      Effect.gen(function*() {
        const modelId = yield* runningContainer(gantry.engine, { command: ["sleep", "100000"], runtime })
        const directory = join(gantry.directory, `floor-${runtime}`)
        const floor = yield* openFloor({ address: gantry.containerdAddress, modelId, directory })
        return [{ runtime, floor } satisfies Pair]
      }).pipe(
        Effect.catchTag("RequestFailed", ({ message }) => Effect.as(Console.error(`${runtime} is left out: ${message}`), []))
      )),
    (pairs) => pairs.flat()
  )

/** Starts an engine, measures it beside the others and takes everything away again. */
export const runBenchmarks = Effect.fnUntraced(function*({ only, rounds, targets }: BenchmarkOptions) {
  const wanted = (name: ScenarioName) => only.length === 0 || only.includes(name)
  const gantry = yield* startGantry
  const rivals = yield* Effect.forEach(Object.entries(targets), ([name, address]) => openRival(name, address))
  const engines: ReadonlyArray<Engine> = [gantry.engine, ...rivals]
  const measurements = new Measurements()

  const scenarios = [reads, longList, cycle, starts, stops, execs, logs].map((scenario) => scenario(engines))
  const pairs = wanted("share") ? yield* openPairs(gantry) : []
  for (const scenario of [...scenarios, ownShare(gantry.engine, pairs)]) {
    if (!scenarioNames.some((name) => name === scenario.name && wanted(name))) continue
    yield* Console.error(`${scenario.name} …`)
    yield* runScenario(scenario, rounds, measurements)
  }
  const memory = yield* Effect.forEach(engines, ({ name, pid }) =>
    Effect.map(pid === undefined ? Effect.succeed(undefined) : residentMiBOf(pid), (mib): [string, number | undefined] => [name, mib]))
  return makeReport(measurements, {
    rounds,
    rpcCounts: wanted("rpc") ? yield* rpcCounts(gantry.engine) : [],
    residentMiB: Object.fromEntries(memory.flatMap(([name, mib]) => mib === undefined ? [] : [[name, mib] as const])),
    runtimes: pairs.map(({ runtime }) => runtime)
  })
}, Effect.scoped)
