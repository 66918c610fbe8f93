import { Effect } from "effect"
import type { Measurements } from "./Measurements.ts"
import { recorderFor } from "./Recorder.ts"
import type { Scenario } from "./Scenario.ts"

/**
 * All subjects side by side: each round is everybody's turn, and another one begins it. A first round, not counted,
 * warms them up.
 */
export const runScenario = Effect.fnUntraced(function*(scenario: Scenario, rounds: number, measurements: Measurements) {
  let current: number | "warm-up" = "warm-up"
  const turns = yield* Effect.forEach(scenario.subjects, (subject) =>
    subject.open(recorderFor(
      measurements,
      { scenario: scenario.name, subject: subject.name, pid: subject.pid },
      () => current
    )))
  for (let round = -1; round < rounds; round++) {
    current = round < 0 ? "warm-up" : round
    const first = Math.max(round, 0) % Math.max(turns.length, 1)
    for (const turn of [...turns.slice(first), ...turns.slice(0, first)]) yield* turn
  }
}, Effect.scoped)
