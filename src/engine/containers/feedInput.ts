import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import { screenInput } from "./detachKeys.ts"

/** Where a client's input goes. */
export interface InputTarget {
  /** A process that reads no more takes the bytes and drops them. */
  write(bytes: Uint8Array): Effect.Effect<void>
  readonly end: Effect.Effect<void>
}

/** Gives input to a process until it ends or, on a terminal, the detach keys come. */
export const feedInput = Effect.fnUntraced(function*(
  input: Stream.Stream<Uint8Array>,
  target: InputTarget,
  detachKeys: ReadonlyArray<number> | undefined
) {
  const detached = yield* Ref.make(false)
  const screen = detachKeys === undefined ? undefined : screenInput(detachKeys)
  yield* input.pipe(
    Stream.mapEffect((bytes) => {
      const { detached: leaves, forward } = screen?.(bytes) ?? { detached: false, forward: bytes }
      const write = forward.length === 0 ? Effect.void : target.write(forward)
      return leaves ? Effect.andThen(write, Ref.set(detached, true)) : write
    }),
    Stream.takeUntilEffect(() => Ref.get(detached)),
    Stream.runDrain
  )
  if (yield* Ref.get(detached)) return "detached" as const
  yield* target.end
  return "ended" as const
})
