import * as Effect from "effect/Effect"

/** Node's callback functions as an effect. Not interruptible: what the call opens must not get lost. */
export const nodeCall = <A = void>(
  run: (done: (error: Error | null, value?: A) => void) => void
): Effect.Effect<A | undefined, Error> =>
  Effect.uninterruptible(Effect.callback<A | undefined, Error>((resume) => {
    run((error, value) => resume(error === null ? Effect.succeed(value) : Effect.fail(error)))
  }))

/** The errno name of a failure of Node's, such as ENOENT. */
export const errnoOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined
