import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Containers, type WaitCondition, type WaitResult } from "../engine/containers/Containers.ts"
import { BadRequest } from "./RequestFailures.ts"
import type { Call } from "./Route.ts"
import { streamAnswer } from "./streamAnswer.ts"

const conditions = new Map<string, WaitCondition>([
  ["", "not-running"], ["not-running", "not-running"], ["next-exit", "next-exit"], ["removed", "removed"]
])
const encoder = new TextEncoder()

/** Answers at once that it waits, and later how the container ended: `docker run` opens this before it starts one. */
export const waitContainer = Effect.fnUntraced(function*({ params, query }: Call) {
  const text = query.get("condition") ?? ""
  const condition = conditions.get(text)
  if (condition === undefined) return yield* new BadRequest({ message: `invalid condition: ${JSON.stringify(text)}` })
  const exit = yield* (yield* Containers).wait(params.id ?? "", condition)
  return yield* streamAnswer(Stream.fromEffect(Effect.map(exit, encode)), "application/json")
})

const encode = ({ error, statusCode }: WaitResult): Uint8Array =>
  encoder.encode(`${JSON.stringify({
    StatusCode: statusCode,
    ...(error === undefined ? {} : { Error: { Message: error } })
  })}\n`)
