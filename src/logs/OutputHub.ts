import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { byteLengthOf, type OutputChunk } from "./OutputChunk.ts"

const waitingBytesMax = 1024 * 1024
const pressureMax = Duration.seconds(30)

/** A subscriber held the process back for longer than it may, and was dropped. */
export class SubscriberTooSlow extends Schema.TaggedError<SubscriberTooSlow>()("SubscriberTooSlow", {
  waitingBytes: Schema.Int
}) {
  override get message() {
    return "output was read too slowly: the reader was dropped"
  }
}

/** What a container or an exec writes, told to all who listen. Lives across runs. */
export interface OutputHub {
  /**
   * Hands a batch to all subscribers. Waits while one of them has more than 1 MiB waiting, at most 30 s: then that
   * one is dropped. Call it from one fiber at a time.
   */
  publish(batch: ReadonlyArray<OutputChunk>): Effect.Effect<void>
  /** In force when the effect is done. The stream ends with the run, after all that was published. */
  readonly subscribe: Effect.Effect<Stream.Stream<OutputChunk, SubscriberTooSlow>, never, Scope.Scope>
  /** Ends the streams of the present subscribers; later ones belong to the next run. */
  readonly endRun: Effect.Effect<void>
}

export const make: Effect.Effect<OutputHub> = Effect.sync(() => {
  const subscribers = new Set<Subscriber>()
  let roomMade = () => {}

  // One batch may pass over the bound: who is over it now makes the next one wait.
  const pressing = () => [...subscribers].filter((subscriber) => subscriber.waitingBytes > waitingBytesMax)

  const untilRoomMade = Effect.callback<void>((resume) => {
    roomMade = () => resume(Effect.void)
    // Room may have been made since it was looked for: a fiber can be held up between the two.
    if (pressing().length === 0) roomMade()
  })

  const dropLate = (since: Map<Subscriber, number>, now: number) => {
    let leftMs = Infinity
    for (const subscriber of pressing()) {
      const began = since.get(subscriber) ?? now
      since.set(subscriber, began)
      const left = Duration.toMillis(pressureMax) - (now - began)
      if (left > 0) {
        leftMs = Math.min(leftMs, left)
      } else {
        subscribers.delete(subscriber)
        subscriber.drop()
      }
    }
    return leftMs
  }

  const awaitRoom = Effect.gen(function*() {
    const since = new Map<Subscriber, number>()
    while (pressing().length > 0) {
      const leftMs = dropLate(since, yield* Clock.currentTimeMillis)
      if (leftMs < Infinity) yield* Effect.timeoutOption(untilRoomMade, Duration.millis(leftMs))
    }
  })

  const subscribe = Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const subscriber = new Subscriber(() => roomMade())
        subscribers.add(subscriber)
        return subscriber
      }),
      (subscriber) => Effect.sync(() => {
        subscribers.delete(subscriber)
        subscriber.drop()
      })
    ),
    (subscriber) => Stream.fromPull(Effect.succeed(subscriber.pull))
  )

  return {
    publish: (batch) => Effect.suspend(() => {
      if (batch.length === 0 || subscribers.size === 0) return Effect.void
      const bytes = byteLengthOf(batch)
      for (const subscriber of subscribers) subscriber.offer(batch, bytes)
      return pressing().length === 0 ? Effect.void : awaitRoom
    }),
    subscribe,
    endRun: Effect.sync(() => {
      for (const subscriber of subscribers) subscriber.end()
      subscribers.clear()
    })
  }
})

/** What one listener has yet to take. A plain object: an offer costs a push, not a fiber. */
class Subscriber {
  waitingBytes = 0
  private waiting: Array<ReadonlyArray<OutputChunk>> = []
  private state: "open" | "ended" | "dropped" = "open"
  private awake = () => {}
  private readonly taken: () => void

  constructor(taken: () => void) {
    this.taken = taken
  }

  offer(batch: ReadonlyArray<OutputChunk>, bytes: number) {
    this.waiting.push(batch)
    this.waitingBytes += bytes
    this.awake()
  }

  end() {
    this.state = "ended"
    this.awake()
  }

  drop() {
    if (this.state !== "open") return
    this.state = "dropped"
    this.waiting = []
    this.awake()
    this.taken()
  }

  /** All that waits; waits for more when there is nothing. */
  readonly pull: Effect.Effect<Arr.NonEmptyReadonlyArray<OutputChunk>, SubscriberTooSlow | Cause.Done> =
    Effect.suspend(() => {
      if (this.state === "dropped") return Effect.fail(new SubscriberTooSlow({ waitingBytes: this.waitingBytes }))
      const batch = this.waiting.length === 1 ? this.waiting[0] ?? [] : this.waiting.flat()
      if (Arr.isReadonlyArrayNonEmpty(batch)) {
        this.waiting = []
        this.waitingBytes = 0
        this.taken()
        return Effect.succeed(batch)
      }
      if (this.state === "ended") return Cause.done()
      return Effect.flatMap(this.offered, () => this.pull)
    })

  private readonly offered = Effect.callback<void>((resume) => {
    this.awake = () => resume(Effect.void)
    // As above: what came in between has woken nobody.
    if (this.waiting.length > 0 || this.state !== "open") this.awake()
  })
}
