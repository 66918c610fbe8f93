import { Effect } from "effect"
import { container, start } from "../targets/Engine.ts"
import { onEngines } from "./onEngines.ts"

const lines = 50_000
/** 64 bytes each, their ends included. */
const command = ["sh", "-c", `yes ${"x".repeat(63)} | head -n ${lines}`]
const lineEnd = 0x0a

const countIn = (bytes: Buffer) => {
  let count = 0
  for (let at = bytes.indexOf(lineEnd); at >= 0; at = bytes.indexOf(lineEnd, at + 1)) count++
  return count
}

/** A writer as fast as it can, and a follower that was there from the start. */
export const logs = onEngines("logs", (engine, recorder) => {
  const followed = Effect.gen(function*() {
    const id = yield* container(engine, { command })
    yield* start(engine, id)
    let count = 0
    const startedMs = performance.now()
    yield* engine.client.request("GET", `/containers/${id}/logs?stdout=1&follow=1`, {
      onBody: (bytes) => {
        count += countIn(bytes)
      }
    })
    yield* recorder.value("logs, followed", "lines/s", count / (performance.now() - startedMs) * 1000)
    yield* recorder.value("logs, lines lost", "lines", lines - count)
  })
  return Effect.succeed(Effect.scoped(followed))
})
