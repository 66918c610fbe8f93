import * as Schema from "effect/Schema"

/** What containers attach to, in the words of Docker's API. */
export const Network = Schema.Struct({
  /** 64 hexadecimal digits. */
  id: Schema.String,
  name: Schema.String,
  /** `null` is Docker's word for the network named `none`. */
  driver: Schema.Literals(["bridge", "host", "null"]),
  /** `bridge`, `host` and `none` exist from the start and can't be removed. */
  predefined: Schema.Boolean,
  internal: Schema.Boolean,
  /** The bridge on the host; empty for drivers without one. */
  hostInterface: Schema.String,
  /** One entry at most until IPv6 is built; none for drivers without addresses. */
  ipam: Schema.Array(Schema.Struct({ subnet: Schema.String, gateway: Schema.String })),
  options: Schema.Record(Schema.String, Schema.String)
})
export type Network = typeof Network.Type
