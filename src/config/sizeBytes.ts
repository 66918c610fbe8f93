import * as Option from "effect/Option"

const powers = ["", "k", "m", "g", "t", "p"]

/** Bytes of a size as Docker's users write it: `64M`, `64mb`, `1.5GiB`, `1024`; powers of 1024. */
export const sizeBytes = (text: string): Option.Option<number> => {
  const [, number, unit] = /^(\d+(?:\.\d+)?) ?([kmgtp]?)(?:i?b)?$/i.exec(text.trim()) ?? []
  if (number === undefined || unit === undefined) return Option.none()
  const bytes = Math.floor(Number(number) * 1024 ** powers.indexOf(unit.toLowerCase()))
  return Number.isSafeInteger(bytes) ? Option.some(bytes) : Option.none()
}
