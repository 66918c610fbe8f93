import { assert, describe, it } from "@effect/vitest"
import { Effect, Latch } from "effect"
import * as NonBlockingSink from "../../../src/logs/NonBlockingSink.ts"
import type { OutputChunk } from "../../../src/logs/OutputChunk.ts"

const out = (text: string) => ({ stream: "stdout" as const, bytes: Buffer.from(text) })
const err = (text: string) => ({ stream: "stderr" as const, bytes: Buffer.from(text) })

const setUp = Effect.gen(function*() {
  const gate = yield* Latch.make(false)
  const written: Array<OutputChunk> = []
  const sink = yield* NonBlockingSink.make({
    write: (batch) => Latch.whenOpen(gate, Effect.sync(() => void written.push(...batch))),
    finish: Effect.void
  }, 20)
  const text = (stream: OutputChunk["stream"]) =>
    Buffer.concat(written.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes)).toString()
  return { gate, sink, text }
})

describe("NonBlockingSink", () => {
  it.live("writes all that it has room for", () =>
    Effect.gen(function*() {
      const { gate, sink, text } = yield* setUp
      yield* sink.write([out("one\n"), err("two\n")])
      yield* gate.open
      yield* sink.write([out("three\n")])
      yield* sink.finish
      assert.strictEqual(text("stdout"), "one\nthree\n")
      assert.strictEqual(text("stderr"), "two\n")
      assert.strictEqual(yield* sink.droppedBytes, 0)
    }))

  it.live("never waits, counts what it leaves out, and joins no two lines", () =>
    Effect.gen(function*() {
      const { gate, sink, text } = yield* setUp
      yield* sink.write([out("12345678\nbegun"), err("e\n"), out(" and never ended"), err("2\n"), out("lost\n")])
      yield* gate.open
      yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => text("stdout") !== "" })
      yield* sink.write([out("tail of a lost one\nwhole\n")])
      yield* sink.finish
      assert.strictEqual(text("stdout"), "12345678\nbegun\nwhole\n")
      assert.strictEqual(text("stderr"), "e\n2\n")
      assert.strictEqual(yield* sink.droppedBytes, 16 + 5 + 18)
    }))
})
