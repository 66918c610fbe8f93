import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"
import type { Filters } from "../../model/Filters.ts"

/** `seq` counts from 1 without gaps, across restarts. */
export interface EngineEvent {
  readonly seq: number
  readonly type: "container" | "image" | "network" | "volume" | "daemon" | "engine"
  /** `create`, `die`, `exec_start: sh -c …` */
  readonly action: string
  readonly actorId: string
  readonly attributes: Readonly<Record<string, string>>
  readonly timeNanos: bigint
}

/** `since` lies after `until`. */
export class InvalidTimeRange extends Schema.TaggedError<InvalidTimeRange>()("InvalidTimeRange", {
  since: Schema.String,
  until: Schema.String
}) {}

export interface EventQuery {
  /** Nanoseconds since the epoch; absent: only what comes. */
  readonly since: bigint | undefined
  /** Absent: without end. */
  readonly until: bigint | undefined
  /** Begin behind this sequence number. */
  readonly afterSeq: number | undefined
  readonly filters: Filters
}

/** What happened, in order; kept in the store. */
export class Events extends Context.Service<Events, {
  /** Publishes at once; the store follows within the same tick's batch. */
  publish(event: Omit<EngineEvent, "seq" | "timeNanos">): Effect.Effect<void>
  /** The subscription is in force when the effect is done. A reader that is too slow gets an `engine`/`lagged` event. */
  subscribe(query: EventQuery): Effect.Effect<Stream.Stream<EngineEvent>, InvalidTimeRange>
  /** How many read on at this moment. */
  readonly listeners: Effect.Effect<number>
}>()("gantry/engine/Events") {}
