import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { BadRequest } from "../RequestFailures.ts"
import { readAsGo, shapeOf } from "./goShape.ts"
import { readBody } from "./readBody.ts"
import { scanJson } from "./scanJson.ts"

export interface JsonBodyOptions {
  /** What an empty body means; without it an empty body is refused. */
  readonly whenEmpty?: unknown
  /** Fields that may be one text in place of a list of texts. */
  readonly textOrList?: ReadonlyArray<string>
  /** A look at the body once its names are known, before it is decoded: the text of a refusal, if any. */
  readonly check?: (body: unknown) => string | undefined
}

/** Reads the body of a request by a schema, with the leniency of Go's decoder and Docker's texts when it fails. */
export const jsonBody = <S extends Schema.ConstraintDecoder<unknown>>(
  schema: S & Schema.Top,
  options: JsonBodyOptions = {}
) => {
  const shape = shapeOf(schema)
  const decode = Schema.decodeUnknownResult(schema)
  return Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const text = yield* readBody(request)
    if (text.length === 0 && "whenEmpty" in options) return yield* decoded(decode(options.whenEmpty))
    yield* checkContentType(request.headers["content-type"])
    const value = yield* parseJson(text)
    const body = wrapTexts(readAsGo(shape, value), options.textOrList ?? [])
    const refusal = options.check?.(body)
    if (refusal !== undefined) return yield* new BadRequest({ message: refusal })
    return yield* decoded(decode(body))
  })
}

/** Parses JSON text within our limits. */
export const parseJson = (text: string): Effect.Effect<unknown, BadRequest> => {
  if (text.trim() === "") return bad("got EOF while reading request body")
  const fault = scanJson(text)
  if (fault !== undefined) return bad(fault)
  return Effect.mapError(
    Effect.try({ try: (): unknown => JSON.parse(text), catch: (cause) => String(cause) }),
    (cause) => new BadRequest({ message: faultOfSyntax(cause) })
  )
}

const bad = (fault: string) => Effect.fail(new BadRequest({ message: `invalid JSON: ${fault}` }))

const faultOfSyntax = (cause: string): string => {
  if (cause.includes("after JSON")) return "unexpected content after JSON"
  if (cause.includes("Unexpected end")) return "invalid JSON: unexpected EOF"
  return `invalid JSON: ${cause.replace(/^SyntaxError: /, "")}`
}

const checkContentType = (type: string | undefined): Effect.Effect<void, BadRequest> => {
  const media = (type ?? "").split(";")[0]?.trim().toLowerCase() ?? ""
  if (media === "application/json") return Effect.void
  return Effect.fail(
    new BadRequest({
      message: /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+$/.test(media)
        ? `unsupported Content-Type header (${type}): must be 'application/json'`
        : `malformed Content-Type header (${type ?? ""}): mime: no media type`
    })
  )
}

const wrapTexts = (value: unknown, names: ReadonlyArray<string>): unknown => {
  if (typeof value !== "object" || value === null) return value
  const texts = Object.entries(value).filter(([name, item]) => names.includes(name) && typeof item === "string")
  return texts.length === 0 ? value : { ...value, ...Object.fromEntries(texts.map(([name, item]) => [name, [item]])) }
}

const formatIssue = SchemaIssue.makeFormatterStandardSchemaV1()

const decoded = <A>(result: Result.Result<A, Schema.SchemaError>): Effect.Effect<A, BadRequest> =>
  Result.isSuccess(result) ? Effect.succeed(result.success) : Effect.fail(new BadRequest({ message: explain(result.failure) }))

const explain = (failure: Schema.SchemaError): string => {
  const [first] = formatIssue(failure.issue).issues
  const path = (first?.path ?? []).map((part) => String(typeof part === "object" ? part.key : part)).join(".")
  return `invalid JSON: ${path === "" ? "" : `${path}: `}${first?.message ?? failure.message}`
}
