import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/**
 * Begins a stream, so that what fails before its first piece still has a status. The stream lives as long as the
 * request.
 */
export const startedStream = Effect.fnUntraced(function*<A, E>(stream: Stream.Stream<A, E>) {
  const pull = yield* Stream.toPull(stream)
  const first = yield* Pull.catchDone(pull, () => Effect.succeed<ReadonlyArray<A>>([]))
  return { first, rest: Stream.fromPull(Effect.succeed(pull)) }
})
