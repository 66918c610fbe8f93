import { Effect } from "effect"
import type { Measurements, Unit } from "./Measurements.ts"
import { cpuMsOf } from "./processUsage.ts"

/** Takes down what one subject of a scenario does. */
export interface Recorder {
  /** Runs an effect and records how long it took. */
  timed<A, E, R>(name: string, effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R>
  /** Runs an effect some times, records how long each took and what CPU the engine spent on a call. */
  repeated<E, R>(name: string, times: number, effect: Effect.Effect<unknown, E, R>): Effect.Effect<void, E, R>
  value(name: string, unit: Unit, value: number): Effect.Effect<void>
}

/** Records into one round of a subject. In a round that only warms up, nothing is kept. */
export const recorderFor = (
  measurements: Measurements,
  at: { readonly scenario: string; readonly subject: string; readonly pid: number | undefined },
  round: () => number | "warm-up"
): Recorder => {
  const { pid, scenario, subject } = at
  const value: Recorder["value"] = (name, unit, value) =>
    Effect.sync(() => {
      const current = round()
      if (current !== "warm-up") measurements.add({ scenario, subject, name, unit }, current, value)
    })

  const timed: Recorder["timed"] = (name, effect) =>
    Effect.suspend(() => {
      const startedMs = performance.now()
      return Effect.tap(effect, () => value(name, "ms", performance.now() - startedMs))
    })

  const repeated: Recorder["repeated"] = Effect.fnUntraced(function*(name, times, effect) {
    const before = pid === undefined ? 0 : yield* cpuMsOf(pid)
    for (let count = 0; count < times; count++) yield* timed(name, effect)
    if (pid === undefined || round() === "warm-up") return
    measurements.addCpu({ scenario, subject, name, unit: "ms" }, times, (yield* cpuMsOf(pid)) - before)
  })

  return { timed, repeated, value }
}
