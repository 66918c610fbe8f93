import * as HttpServerResponse from "effect/http/HttpServerResponse"

/** Docker ends every JSON answer with a newline, and its clients compare the whole content type. */
export const jsonAnswer = (value: unknown, status = 200): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.text(`${JSON.stringify(value)}\n`, { status, contentType: "application/json" })

/** An answer whose JSON is at hand, newline and all. */
export const jsonBytes = (json: Uint8Array): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.uint8Array(json, { contentType: "application/json" })

export const emptyAnswer = (status: number): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.empty({ status })
