import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Containers, type LogEntry } from "../engine/containers/Containers.ts"
import * as Timestamp from "../model/Timestamp.ts"
import { ApiVersion } from "./ApiVersion.ts"
import { frames } from "./hijack/stdcopy.ts"
import { outputType } from "./hijack/streamType.ts"
import { flag } from "./query/flag.ts"
import { timestamp } from "./query/timestamp.ts"
import { BadRequest } from "./RequestFailures.ts"
import type { Call } from "./Route.ts"
import { streamAnswer } from "./streamAnswer.ts"

interface Layout {
  readonly timestamps: boolean
  readonly details: boolean
  readonly tty: boolean
}

/** Gives what a container wrote, and goes on with what it writes if asked to. One line is one frame. */
export const containerLogs = Effect.fnUntraced(function*({ params, query }: Call) {
  const version = yield* ApiVersion
  const [stdout, stderr] = [flag(query, "stdout"), flag(query, "stderr")]
  if (!stdout && !stderr) {
    return yield* new BadRequest({ message: "must specify at least one of 'stdout' or 'stderr'" })
  }
  const [since, until] = [yield* timestamp(query, "since"), yield* timestamp(query, "until")]
  const { entries, tty } = yield* (yield* Containers).logs(params.id ?? "", {
    stdout,
    stderr,
    follow: flag(query, "follow"),
    since: since === 0n ? undefined : since,
    until: until === 0n ? undefined : until,
    tail: tailOf(query.get("tail"))
  })
  const layout = { timestamps: flag(query, "timestamps"), details: flag(query, "details"), tty }
  const body = Stream.mapArray(entries, (batch) => [Buffer.concat(batch.flatMap((entry) => pieces(entry, layout)))])
  return yield* streamAnswer(
    Stream.catchTag(body, "OperationFailed", ({ message }) =>
      tty ? Stream.empty : Stream.succeed(Buffer.concat(frames("daemonError", encoder.encode(message))))),
    outputType(tty, version)
  )
})

const encoder = new TextEncoder()

/** `all`, negative numbers and whatever is no number mean the same: all. */
const tailOf = (text: string | null): number | undefined =>
  text !== null && /^\d+$/.test(text) && Number.isSafeInteger(Number(text)) ? Number(text) : undefined

const pieces = (entry: LogEntry, { details, timestamps, tty }: Layout): ReadonlyArray<Uint8Array> => {
  const prefix = (timestamps ? `${Timestamp.formatFixed(entry.timeNanos)} ` : "") + (details ? `${detailsOf(entry)} ` : "")
  const line = prefix === "" ? entry.line : Buffer.concat([encoder.encode(prefix), entry.line])
  return tty ? [line] : frames(entry.stream, line)
}

const detailsOf = ({ attrs }: LogEntry): string =>
  Object.entries(attrs)
    .sort(([left], [right]) => left < right ? -1 : 1)
    .map(([name, value]) => `${queryEscape(name)}=${queryEscape(value)}`)
    .join(",")

/** As Go's `url.QueryEscape`. */
const queryEscape = (text: string): string =>
  encodeURIComponent(text).replace(/%20/g, "+").replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
