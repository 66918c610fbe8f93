import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import { BadRequest, NotImplemented } from "./RequestFailures.ts"

/** What Node's parser lets through though two readers could take it for two different requests. */
export const malformedRequest = (
  request: HttpServerRequest.HttpServerRequest
): BadRequest | NotImplemented | undefined => {
  const encoding = request.headers["transfer-encoding"]
  if (encoding !== undefined && encoding.trim().toLowerCase() !== "chunked") {
    return new NotImplemented({ message: `unsupported transfer encoding: ${JSON.stringify(encoding)}` })
  }
  const { rawHeaders } = NodeHttpServerRequest.toIncomingMessage(request)
  let hosts = 0
  for (let at = 0; at < rawHeaders.length; at += 2) if (rawHeaders[at]?.toLowerCase() === "host") hosts++
  return hosts > 1 ? new BadRequest({ message: "too many Host headers" }) : undefined
}
