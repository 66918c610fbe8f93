import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { HijackableRequest } from "./HijackableRequest.ts"

const rawStream = "application/vnd.docker.raw-stream"
const multiplexedStream = "application/vnd.docker.multiplexed-stream"
const firstWithMultiplexed = 42

/** What a stream of output is called: framed or raw. Clients older than 1.42 know one name for both. */
export const outputType = (tty: boolean, version: number): string =>
  tty || version < firstWithMultiplexed ? rawStream : multiplexedStream

/** As `outputType`, for a hijacked connection: a client that did not ask for an upgrade knows one name as well. */
export const streamType = (request: HttpServerRequest.HttpServerRequest, tty: boolean, version: number): string => {
  const source = NodeHttpServerRequest.toIncomingMessage(request)
  return source instanceof HijackableRequest && source.upgradeAsked ? outputType(tty, version) : rawStream
}
