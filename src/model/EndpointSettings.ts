import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { integer, pointerTo, text, textMap, texts } from "./zero.ts"

/** What a client asked of one endpoint: a container's attachment to one network. */
export const EndpointSettings = Schema.Struct({
  IPAMConfig: pointerTo(Schema.Struct({ IPv4Address: text, IPv6Address: text, LinkLocalIPs: texts })),
  Links: texts,
  Aliases: texts,
  /** The configured address of this endpoint; empty: one is generated at each start. */
  MacAddress: text,
  DriverOpts: textMap,
  GwPriority: integer
})
export type EndpointSettings = typeof EndpointSettings.Type

/** Endpoints by network name, as asked at create. */
export const EndpointsConfig = Schema.NullOr(Schema.Record(Schema.String, EndpointSettings)).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed(null))
)

/** What an endpoint has while its container runs; all of it is generated anew at each start. */
export const EndpointState = Schema.Struct({
  NetworkID: text,
  EndpointID: text,
  Gateway: text,
  IPAddress: text,
  IPPrefixLen: integer,
  IPv6Gateway: text,
  GlobalIPv6Address: text,
  GlobalIPv6PrefixLen: integer,
  MacAddress: text,
  DNSNames: texts
})
export type EndpointState = typeof EndpointState.Type
