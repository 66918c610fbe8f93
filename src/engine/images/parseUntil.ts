import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Timestamp from "../../model/Timestamp.ts"
import { InvalidRequest } from "../containers/ContainerFailures.ts"

const unitNanos: Readonly<Record<string, number>> = { ns: 1, us: 1e3, "µs": 1e3, ms: 1e6, s: 1e9, m: 60e9, h: 3600e9 }
const duration = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/
const part = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g
const seconds = /^(\d+)(?:\.(\d{1,9}))?$/

/** The filter `until`: RFC 3339, seconds since the epoch, or a Go duration before now. Nanoseconds since the epoch. */
export const parseUntil = Effect.fnUntraced(function*(values: ReadonlyArray<string> | undefined) {
  const [value] = values ?? []
  if (value === undefined) return undefined
  if (values !== undefined && values.length > 1) {
    return yield* new InvalidRequest({ message: "more than one until filter specified" })
  }
  const unix = seconds.exec(value)
  if (unix !== null) return BigInt(unix[1] ?? "0") * 1_000_000_000n + BigInt((unix[2] ?? "").padEnd(9, "0"))
  if (duration.test(value)) {
    let nanos = 0
    for (const [, amount, unit] of value.matchAll(part)) nanos += Number(amount) * (unitNanos[unit ?? ""] ?? 0)
    return (yield* Timestamp.now) - BigInt(Math.round(nanos))
  }
  const completed = /^\d{4}-\d\d-\d\d$/.test(value) ? `${value}T00:00:00Z` : /[Zz]|[+-]\d\d:\d\d$/.test(value) ? value : `${value}Z`
  const time = Timestamp.parse(completed)
  if (Option.isNone(time)) return yield* new InvalidRequest({ message: `failed to parse value as time or duration: "${value}"` })
  return time.value
})
