import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Latch from "effect/Latch"
import * as Option from "effect/Option"
import * as PubSub from "effect/PubSub"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { type ContainerdEvent, decodeEnvelope, type Exited } from "./ContainerdEvent.ts"
import { Events } from "./generated/event_service_pb.ts"
import { Version } from "./generated/version_pb.ts"
import * as TaskState from "./TaskState.ts"

/** The containerd that answers. Every connection is a new `epoch`; the first is 1, 0 is none yet. */
export interface Server {
  readonly epoch: number
  readonly version: string
  readonly revision: string
}

/** All tasks, read once after a break, since events are not told again. */
export interface Relisted {
  readonly _tag: "Relisted"
  readonly tasks: ReadonlyArray<TaskState.TaskState>
}

/** What one process's watcher gets to know: its exits as events tell them, and that some may have been missed. */
export type Notice = Exited | Relisted

/**
 * containerd's events in our namespace, from one subscription that is taken up again after a break.
 * Costs Version and Subscribe per connection, and one Tasks.List after each break.
 */
export class EventFeed extends Context.Service<EventFeed, {
  /** Answers without a call, also while containerd is down. */
  readonly server: SubscriptionRef.SubscriptionRef<Server>
  /** Waits for the first subscription. */
  readonly ready: Effect.Effect<void>
  /** Everything from now on. Events wait for a slow reader without bound: read on. */
  readonly subscribe: Effect.Effect<Stream.Stream<ContainerdEvent | Relisted>, never, Scope.Scope>
  /** What concerns one process, from now on; `execId` is empty for the task itself. */
  watch(containerId: string, execId: string): Effect.Effect<Queue.Dequeue<Notice>, never, Scope.Scope>
}>()("gantry/containerd/EventFeed") {
  static readonly layer: Layer.Layer<EventFeed, never, Containerd> = Layer.effect(
    EventFeed,
    Effect.gen(function*() {
      const containerd = yield* Containerd
      const server = yield* SubscriptionRef.make<Server>({ epoch: 0, version: "", revision: "" })
      const subscribed = yield* Latch.make()
      const all = yield* PubSub.unbounded<ContainerdEvent | Relisted>()
      const watchers = new Map<string, Set<Queue.Queue<Notice>>>()

      const tell = (event: ContainerdEvent | Relisted) =>
        Effect.sync(() => {
          if (event._tag === "Exited") {
            for (const queue of watchers.get(keyOf(event.containerId, event.execId)) ?? []) Queue.offerUnsafe(queue, event)
          }
          if (event._tag === "Relisted") {
            for (const queues of watchers.values()) for (const queue of queues) Queue.offerUnsafe(queue, event)
          }
          PubSub.publishUnsafe(all, event)
        })

      yield* Effect.forkScoped(follow(containerd, server, subscribed, tell))

      return EventFeed.of({
        server,
        ready: subscribed.await,
        subscribe: Effect.map(PubSub.subscribe(all), Stream.fromSubscription),
        watch: (containerId, execId) => watch(watchers, keyOf(containerId, execId))
      })
    })
  )
}

const keyOf = (containerId: string, execId: string) => `${containerId}/${execId}`

const watch = (watchers: Map<string, Set<Queue.Queue<Notice>>>, key: string) =>
  Effect.acquireRelease(
    Effect.map(Queue.unbounded<Notice>(), (queue) => {
      const queues = watchers.get(key) ?? new Set()
      watchers.set(key, queues.add(queue))
      return queue
    }),
    (queue) =>
      Effect.suspend(() => {
        const queues = watchers.get(key)
        queues?.delete(queue)
        if (queues?.size === 0) watchers.delete(key)
        return Queue.shutdown(queue)
      })
  )

/** One connection after the other, for ever. */
const follow = (
  containerd: Containerd["Service"],
  server: SubscriptionRef.SubscriptionRef<Server>,
  subscribed: Latch.Latch,
  tell: (event: ContainerdEvent | Relisted) => Effect.Effect<void>
) => {
  const connection = Effect.gen(function*() {
    // Waits until somebody answers, and notices a containerd of another version.
    const version = yield* containerd.unary(Version.method.version, {}, { timeout: "60 seconds" })
    const { epoch } = yield* SubscriptionRef.updateAndGet(server, (before) => ({
      epoch: before.epoch + 1,
      version: version.version,
      revision: version.revision
    }))
    const envelopes = containerd.serverStream(Events.method.subscribe, { filters: [`namespace==${containerd.namespace}`] })
    const relist = Effect.gen(function*() {
      yield* subscribed.open
      if (epoch > 1) yield* tell({ _tag: "Relisted", tasks: yield* relistTasks(containerd) })
    }).pipe(Effect.catch((error) => Effect.logWarning("Cannot read the tasks after a break", error)))
    yield* Effect.raceFirst(
      Stream.runForEach(envelopes, (envelope) =>
        Option.match(Option.fromUndefinedOr(decodeEnvelope(envelope)), { onNone: () => Effect.void, onSome: tell })),
      // Behind the subscription, which is sent first.
      Effect.andThen(relist, Effect.never)
    )
  })
  return connection.pipe(
    Effect.catchCause((cause) => Effect.logDebug("The event stream of containerd broke", cause)),
    Effect.andThen(Effect.sleep("20 millis")),
    Effect.forever
  )
}

const relistTasks = (containerd: Containerd["Service"]): Effect.Effect<ReadonlyArray<TaskState.TaskState>, ContainerdError> =>
  Effect.provideService(TaskState.list, Containerd, containerd)
