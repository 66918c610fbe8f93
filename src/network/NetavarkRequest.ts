import * as Schema from "effect/Schema"

const EndpointRequest = Schema.Struct({
  interface_name: Schema.String,
  static_ips: Schema.Array(Schema.String),
  static_mac: Schema.String,
  aliases: Schema.Array(Schema.String),
  options: Schema.Struct({
    /** The host's end of the pair. Naming it lets us find it, whatever became of netavark. */
    host_interface_name: Schema.String
  })
})

const NetworkRequest = Schema.Struct({
  name: Schema.String,
  id: Schema.String,
  driver: Schema.Literal("bridge"),
  network_interface: Schema.String,
  subnets: Schema.Array(Schema.Struct({ subnet: Schema.String, gateway: Schema.String })),
  ipv6_enabled: Schema.Boolean,
  internal: Schema.Boolean,
  dns_enabled: Schema.Boolean,
  options: Schema.Record(Schema.String, Schema.String),
  ipam_options: Schema.Record(Schema.String, Schema.String)
})
export type NetworkRequest = typeof NetworkRequest.Type

/** What netavark reads on its standard input, for setup and, unchanged, for teardown. */
export const NetavarkRequest = Schema.Struct({
  container_id: Schema.String,
  container_name: Schema.String,
  container_hostname: Schema.String,
  networks: Schema.Record(Schema.String, EndpointRequest),
  network_info: Schema.Record(Schema.String, NetworkRequest)
})
export type NetavarkRequest = typeof NetavarkRequest.Type

const NetworkStatus = Schema.Struct({
  dns_server_ips: Schema.optionalKey(Schema.Array(Schema.String)),
  interfaces: Schema.optionalKey(Schema.Record(Schema.String, Schema.Struct({ mac_address: Schema.String })))
})

/** What netavark tells after a setup, by network name. */
export const NetavarkStatus = Schema.Record(Schema.String, NetworkStatus)
export type NetavarkStatus = typeof NetavarkStatus.Type

/** What netavark tells instead, on its standard output too. */
export const NetavarkFailure = Schema.Struct({ error: Schema.String })
