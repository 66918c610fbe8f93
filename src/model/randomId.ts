import * as Effect from "effect/Effect"

/** 64 hexadecimal digits from the system's secure source: the form of all of Docker's ids. */
export const randomId: Effect.Effect<string> = Effect.sync(() =>
  Array.from(crypto.getRandomValues(new Uint8Array(32)), (octet) => octet.toString(16).padStart(2, "0")).join("")
)
