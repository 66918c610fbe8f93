import { Effect } from "effect"
import { setTimeout as after } from "node:timers/promises"

/** Sleeps in the machine's time, also where a test runs under TestClock. */
export const realSleep = (milliseconds: number) =>
  Effect.promise((signal) => after(milliseconds, undefined, { signal }))

/**
 * Tries again every 20 ms until `probe` gives a value, for things outside this process that announce nothing. Dies with
 * what it waited for when that takes longer than `milliseconds`.
 */
export const eventually = <A, E, R>(
  waitedFor: string | (() => string),
  probe: Effect.Effect<A | undefined, E, R>,
  milliseconds = 30_000
): Effect.Effect<A, E, R> =>
  Effect.suspend(() => {
    const deadline = performance.now() + milliseconds
    const attempt: Effect.Effect<A, E, R> = Effect.flatMap(probe, (found) => {
      if (found !== undefined) return Effect.succeed(found)
      if (performance.now() > deadline) {
        return Effect.die(new Error(`waited in vain for ${typeof waitedFor === "string" ? waitedFor : waitedFor()}`))
      }
      return Effect.andThen(realSleep(20), attempt)
    })
    return attempt
  })
