import * as Clock from "effect/Clock"
import type * as Effect from "effect/Effect"
import * as Option from "effect/Option"

const nanosPerSecond = 1_000_000_000n
const secondsPerDay = 86_400

/** Wall clock time in nanoseconds since 1970. */
export const now: Effect.Effect<bigint> = Clock.currentTimeNanos

/** RFC 3339 in UTC as Go's RFC3339Nano writes it: the fraction without trailing zeros, and no fraction if it is 0. */
export const format = (nanos: bigint): string => {
  const seconds = floorDivide(nanos, nanosPerSecond)
  return `${formatSeconds(Number(seconds))}${formatFraction(Number(nanos - seconds * nanosPerSecond))}Z`
}

/** As `format`, but always with nine digits, so that texts are of one width and sort by time. */
export const formatFixed = (nanos: bigint): string => {
  const seconds = floorDivide(nanos, nanosPerSecond)
  return `${formatSeconds(Number(seconds))}.${String(nanos - seconds * nanosPerSecond).padStart(9, "0")}Z`
}

/** The part up to the full second, without zone: `2006-01-02T15:04:05`. */
export const formatSeconds = (seconds: number): string => {
  const days = Math.floor(seconds / secondsPerDay)
  const ofDay = seconds - days * secondsPerDay
  const { year, month, day } = civilDate(days)
  return `${String(year).padStart(4, "0")}-${two(month)}-${two(day)}T` +
    `${two(Math.floor(ofDay / 3600))}:${two(Math.floor(ofDay / 60) % 60)}:${two(ofDay % 60)}`
}

/** The point and the fraction of a second without trailing zeros; empty for 0. */
export const formatFraction = (nanos: number): string => {
  if (nanos === 0) return ""
  let digits = 9
  let value = nanos
  while (value % 10 === 0) {
    value /= 10
    digits--
  }
  return `.${String(value).padStart(digits, "0")}`
}

const pattern = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9})\d*)?(?:[Zz]|([+-])(\d\d):(\d\d))$/

/** Reads RFC 3339 with any number of fraction digits (those past the ninth are dropped) and any zone. */
export const parse = (text: string): Option.Option<bigint> => {
  const match = pattern.exec(text)
  if (match === null) return Option.none()
  const field = (index: number) => Number(match[index] ?? "0")
  const [month, day, hour, minute, second] = [field(2), field(3), field(4), field(5), field(6)]
  if (month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return Option.none()
  const offset = (match[8] === "-" ? -1 : 1) * (field(9) * 3600 + field(10) * 60)
  const seconds = dayNumber(field(1), month, day) * secondsPerDay + hour * 3600 + minute * 60 + second - offset
  return Option.some(BigInt(seconds) * nanosPerSecond + BigInt((match[7] ?? "").padEnd(9, "0")))
}

const two = (value: number): string => value < 10 ? `0${value}` : String(value)

const floorDivide = (dividend: bigint, divisor: bigint): bigint => {
  const quotient = dividend / divisor
  return dividend < 0n && quotient * divisor !== dividend ? quotient - 1n : quotient
}

// The calendar repeats every 400 years (146,097 days). Counting the year from March puts the leap day at its end.
const daysPerEra = 146_097
const daysFromYearZeroTo1970 = 719_468

const dayNumber = (year: number, month: number, day: number): number => {
  const shifted = month <= 2 ? year - 1 : year
  const era = Math.floor(shifted / 400)
  const yearOfEra = shifted - era * 400
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return era * daysPerEra + dayOfEra - daysFromYearZeroTo1970
}

const civilDate = (days: number) => {
  const shifted = days + daysFromYearZeroTo1970
  const era = Math.floor(shifted / daysPerEra)
  const dayOfEra = shifted - era * daysPerEra
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  }
}
