import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ContainerTable, type StoredContainer } from "../../store/ContainerTable.ts"
import { EventTable } from "../../store/EventTable.ts"
import { ExecTable } from "../../store/ExecTable.ts"
import { type Intent, IntentTable } from "../../store/IntentTable.ts"

/** What the engine's store says. */
export interface StoreReading {
  readonly containers: ReadonlyMap<string, StoredContainer>
  readonly unreadable: ReadonlyArray<string>
  readonly intents: ReadonlyArray<Intent>
  /** Execs that run, as `<container>/<exec>`. */
  readonly execs: ReadonlySet<string>
  /** Ids of containers that were removed, as far back as events are kept. */
  readonly removed: ReadonlySet<string>
}

const Destroyed = Schema.fromJsonString(Schema.Struct({
  type: Schema.Literal("container"), action: Schema.Literal("destroy"), actorId: Schema.String
}))

export const readStore = Effect.fn("fsck.readStore")(function*() {
  const { containers, unreadable } = yield* (yield* ContainerTable).load
  const execs = yield* (yield* ExecTable).load
  const events = yield* (yield* EventTable).load
  const destroyed = yield* Effect.forEach(events, ({ event }) => Effect.result(Schema.decodeUnknownEffect(Destroyed)(event)))
  return {
    containers: new Map(containers.map((stored) => [stored.record.id, stored])),
    unreadable,
    intents: yield* (yield* IntentTable).all,
    execs: new Set(execs.map(({ containerId, id }) => `${containerId}/${id}`)),
    removed: new Set(destroyed.flatMap((event) => Result.isSuccess(event) ? [event.success.actorId] : []))
  } satisfies StoreReading as StoreReading
})

export const runs = ({ state: { status } }: StoredContainer): boolean => status === "running" || status === "paused"

/** The containers that run, by id. */
export const runningOf = ({ containers }: StoreReading): ReadonlySet<string> =>
  new Set([...containers.values()].filter(runs).map(({ record }) => record.id))
