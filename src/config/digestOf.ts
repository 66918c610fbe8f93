import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import type { UserConfig } from "./UserConfig.ts"

const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([name, inner]) => [name, sorted(inner)])
  )
}

/** SHA-256, in hex, of what the user asked for: equal for equal wishes, in whatever order they were written. */
export const digestOf = (user: UserConfig) =>
  Effect.flatMap(Digest.Digest, (digest) =>
    digest.digestHex(Digest.sha256, new TextEncoder().encode(JSON.stringify(sorted(user)))))
