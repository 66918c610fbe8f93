import { Effect, Schema } from "effect"
import { TestEngine } from "../support/engine.ts"
import { parseResponse, rawConnection } from "../support/rawHttp.ts"

/** One record of `/events`, as far as the tests read it. */
const EventRecord = Schema.Struct({
  Type: Schema.String,
  Action: Schema.String,
  Actor: Schema.Struct({ ID: Schema.String, Attributes: Schema.Record(Schema.String, Schema.String) }),
  scope: Schema.String,
  time: Schema.Int,
  timeNano: Schema.Number
})
export type EventRecord = typeof EventRecord.Type

const decodeLine = Schema.decodeUnknownSync(Schema.fromJsonString(EventRecord))

/** The records in a text; one that has not come whole yet is left out. */
export const eventRecords = (text: string): ReadonlyArray<EventRecord> =>
  text.slice(0, text.lastIndexOf("\n") + 1).split("\n").filter((line) => line.trim() !== "").map((line) => decodeLine(line))

export const actions = (records: ReadonlyArray<EventRecord>) => records.map(({ Action }) => Action)

/** Listens to `/events`, from when the effect is done until its scope closes. */
export const watchEvents = Effect.fnUntraced(function*(filters: Record<string, ReadonlyArray<string>> = {}) {
  const { socket } = yield* TestEngine
  const connection = yield* rawConnection(socket)
  const query = encodeURIComponent(JSON.stringify(filters))
  yield* connection.write(`GET /v1.51/events?filters=${query} HTTP/1.1\r\nHost: gantry\r\n\r\n`)
  yield* connection.until((bytes) => bytes.includes("\r\n\r\n"))
  const read = (bytes: Buffer) => eventRecords(parseResponse(bytes).body.toString())
  return {
    /** Waits for an event with this action and gives all that came up to it. */
    until: (action: string) =>
      Effect.map(connection.until((bytes) => read(bytes).some(({ Action }) => Action === action)), (bytes) => {
        const records = read(bytes)
        return records.slice(0, records.findIndex(({ Action }) => Action === action) + 1)
      }),
    /** What came so far. */
    records: Effect.map(connection.received, read)
  }
})

/** A moment that lies behind all that happened, for `until`: durations are cut to whole seconds by the CLI. */
export const momentFromNow = () => ((performance.timeOrigin + performance.now() + 2) / 1000).toFixed(3)

/** What `docker events` tells of one container that is done with, as its actions. */
export const pastActions = (container: string) =>
  Effect.flatMap(TestEngine, ({ docker }) =>
    Effect.map(
      docker.text(["events", "--since", "0", "--until", momentFromNow(), "--filter", `container=${container}`, "--format", "{{.Action}}"]),
      (text) => text.split("\n").filter((line) => line !== "")
    ))
