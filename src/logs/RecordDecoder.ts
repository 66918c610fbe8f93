import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Timestamp from "../model/Timestamp.ts"
import type { LogEntry } from "./LogQuery.ts"

const newline = 10
// Records of our own are below 100 kB; older engines wrote longer ones. What is longer is garbage.
const recordBytesMax = 8 * 1024 * 1024
const nothing = Buffer.alloc(0)
const noAttrs = {}

/** The bytes of a json-file log, in blocks, as entries. Lines that are no records are passed over. */
export class RecordDecoder {
  private rest: Buffer = nothing
  private skipping = false
  private second = ""
  private secondNanos = 0n

  /** Another file begins; a line that the last one did not end was torn. */
  reset() {
    this.rest = nothing
    this.skipping = false
  }

  decode(block: Buffer): Array<LogEntry> {
    const entries: Array<LogEntry> = []
    const end = block.lastIndexOf(newline) + 1
    if (end === 0) {
      this.keep(Buffer.concat([this.rest, block]))
      return entries
    }
    const whole = this.rest.length === 0 ? block.subarray(0, end) : Buffer.concat([this.rest, block.subarray(0, end)])
    const text = whole.toString("utf8")
    let from = this.skipping ? text.indexOf("\n") + 1 : 0
    this.skipping = false
    for (let at = text.indexOf("\n", from); at >= 0; at = text.indexOf("\n", from)) {
      const entry = this.record(text.slice(from, at))
      if (entry !== undefined) entries.push(entry)
      from = at + 1
    }
    this.keep(block.subarray(end))
    return entries
  }

  private keep(rest: Buffer) {
    this.skipping ||= rest.length > recordBytesMax
    this.rest = this.skipping ? nothing : rest
  }

  private record(text: string): LogEntry | undefined {
    const value = parseJson(text)
    if (!Predicate.isObject(value)) return undefined
    const { log, stream, time, attrs } = value as Readonly<Record<string, unknown>>
    if (typeof log !== "string" || typeof time !== "string") return undefined
    if (stream !== "stdout" && stream !== "stderr") return undefined
    const timeNanos = this.nanosOf(time)
    if (timeNanos === undefined) return undefined
    return { stream, timeNanos, line: Buffer.from(log, "utf8"), attrs: attrs === undefined ? noAttrs : textsOf(attrs) }
  }

  // Neighbours share their second: only its fraction is read anew.
  private nanosOf(time: string): bigint | undefined {
    if (time.length > 21 && time.endsWith("Z") && time.startsWith(this.second) && this.second !== "" && time[19] === ".") {
      const digits = time.slice(20, -1)
      const fraction = Number(digits)
      if (digits.length <= 9 && Number.isInteger(fraction)) {
        return this.secondNanos + BigInt(fraction * 10 ** (9 - digits.length))
      }
    }
    const nanos = Option.getOrUndefined(Timestamp.parse(time))
    if (nanos !== undefined && time.endsWith("Z")) {
      this.second = time.slice(0, 19)
      this.secondNanos = nanos - nanos % 1_000_000_000n
    }
    return nanos
  }
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const textsOf = (value: unknown): Readonly<Record<string, string>> =>
  Predicate.isObject(value)
    ? Object.fromEntries(Object.entries(value).filter((member): member is [string, string] => typeof member[1] === "string"))
    : noAttrs
