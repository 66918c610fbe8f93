import type { OciProcess, OciResources, OciSpec } from "./OciSpec.ts"

declare global {
  interface JSON {
    /** A number written with exactly these digits: ECMAScript's "JSON.parse source text access". */
    rawJSON(text: string): object
  }
}

/**
 * The JSON of a spec, an exec's process or an update's limits. `RLIM_INFINITY` is 2^64-1, which a double would round
 * up beyond what the runtime's uint64 holds; hence the digits of a bigint are written as they are.
 */
export const encodeOci = (value: OciSpec | OciProcess | OciResources): string =>
  JSON.stringify(value, (_key, field: unknown) => typeof field === "bigint" ? JSON.rawJSON(field.toString()) : field)
