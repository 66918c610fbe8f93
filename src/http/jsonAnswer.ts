import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** An answer whose JSON is at hand as text. Docker ends every JSON answer with a newline. */
export const jsonText = (json: string, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${json}\n`, { status, contentType: "application/json" })

export const jsonAnswer = (value: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  jsonText(JSON.stringify(value), status)

export const emptyAnswer = (status: number): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({ status })
