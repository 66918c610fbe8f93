import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type { ContainerdError } from "../containerd/ContainerdError.ts"

/** What is not there any more is removed. */
export const gone = <A, R>(removal: Effect.Effect<A, ContainerdError, R>) =>
  Effect.asVoid(Effect.catchIf(removal, ({ reason }) => reason === "NotFound", () => Effect.void))

/** For ten seconds: a process that was killed takes a moment to end, and containerd may be about to come back. */
const patience = Schedule.min([Schedule.spaced("100 millis"), Schedule.recurs(100)])

/** As `gone`, and tries again where nobody will ask for it a second time. One RPC if all goes well. */
export const surelyGone = <A, R>(removal: Effect.Effect<A, ContainerdError, R>) =>
  gone(Effect.retry(removal, { schedule: patience, while: ({ reason }) => reason !== "NotFound" })).pipe(
    Effect.timeout("20 seconds")
  )
