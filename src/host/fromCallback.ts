import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** A system call failed; `code` is its errno's name. */
export class SystemFailure extends Schema.TaggedError<SystemFailure>()("SystemFailure", {
  code: Schema.String,
  message: Schema.String
}) {}

type Done<A> = (error: NodeJS.ErrnoException | null, value: A) => void

/** The bridge from Node's callbacks to effects. What was begun cannot be taken back, so interruption waits for it. */
export const fromCallback = <A>(call: (done: Done<A>) => void): Effect.Effect<A, SystemFailure> =>
  Effect.uninterruptible(Effect.callback((resume) => {
    call((error, value) =>
      resume(
        error === null
          ? Effect.succeed(value)
          : Effect.fail(new SystemFailure({ code: error.code ?? "EIO", message: error.message }))
      ))
  }))
