import { join } from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Scope, Stream } from "effect"
import { FifoPool } from "../../../src/logs/FifoPool.ts"
import type { OutputChunk } from "../../../src/logs/OutputChunk.ts"
import * as OutputHub from "../../../src/logs/OutputHub.ts"
import * as ProcessIo from "../../../src/logs/ProcessIo.ts"
import { prepared, processOf } from "../containerd/Fixture.ts"
import { TestContainerd } from "../containerd/TestContainerd.ts"
import { openBelow } from "./scratch.ts"

const withPool = Layer.unwrap(Effect.map(TestContainerd, ({ folder }) => FifoPool.layer(join(folder, "pool")))).pipe(
  Layer.provideMerge(TestContainerd.layer)
)

const textOf = (chunks: ReadonlyArray<OutputChunk>, stream: OutputChunk["stream"]) =>
  Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes)).toString()

let count = 0
const openIo = (options: { readonly tty?: boolean; readonly stdin?: boolean } = {}) =>
  Effect.gen(function*() {
    const { folder } = yield* TestContainerd
    const hub = yield* OutputHub.make
    const logged: Array<OutputChunk> = []
    const ioOptions = {
      directory: join(folder, `io-${count++}`), tty: options.tty ?? false, stdin: options.stdin ?? false, hub,
      sink: { write: (batch: ReadonlyArray<OutputChunk>) => Effect.sync(() => void logged.push(...batch)), finish: Effect.void }
    }
    const io = yield* ProcessIo.open(ioOptions)
    return { io, hub, logged, ioOptions }
  })

layer(withPool, { excludeTestServices: true, timeout: "60 seconds" })("ProcessIo with containerd's shim", (it) => {
  it.effect("gives all output, streams apart, from the first byte, and the end", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sh", "-c", "echo first; echo bad >&2; i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i+1)); done"])
      const { io, hub, logged, ioOptions } = yield* openIo()
      const seen = yield* Effect.flatMap(hub.subscribe, (output) => Effect.forkChild(Stream.runCollect(output)))
      const task = yield* createTask(io.paths)
      yield* io.taken
      yield* task.start
      yield* task.exit
      yield* io.expectEnd
      yield* io.drained
      yield* hub.endRun
      const expected = "first\n" + Array.from({ length: 20_000 }, (_, index) => `${index}\n`).join("")
      for (const chunks of [logged, yield* Fiber.join(seen)]) {
        assert.isTrue(textOf(chunks, "stdout") === expected)
        assert.strictEqual(textOf(chunks, "stderr"), "bad\n")
      }
      assert.deepStrictEqual(openBelow(ioOptions.directory), [])
    }))

  it.effect("carries stdin and its end to a task and to an exec", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["cat"])
      const { io, logged } = yield* openIo({ stdin: true })
      const bytes = Buffer.alloc(2_000_000, "0123456789abcdef\n")
      const writing = yield* Effect.forkChild(Effect.andThen(io.writeStdin(bytes), io.endStdin), { startImmediately: true })
      const task = yield* createTask(io.paths)
      yield* io.taken
      yield* task.start

      const beside = yield* openIo({ stdin: true })
      const exec = yield* task.exec({ execId: "e1", spec: processOf(["cat"]), ...beside.io.paths })
      yield* exec.start
      yield* beside.io.taken
      yield* beside.io.writeStdin(bytes)
      yield* beside.io.endStdin
      yield* exec.closeStdin
      assert.strictEqual((yield* exec.exit).code, 0)
      yield* beside.io.drained
      assert.isTrue(textOf(beside.logged, "stdout") === bytes.toString())

      yield* Fiber.join(writing)
      yield* task.closeStdin
      assert.strictEqual((yield* task.exit).code, 0)
      yield* io.drained
      assert.isTrue(textOf(logged, "stdout") === bytes.toString())
    }))

  it.effect("fails a write that waits when the process is taken away", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const { io } = yield* openIo({ stdin: true })
      const task = yield* createTask(io.paths)
      yield* io.taken
      yield* task.start
      const writing = yield* Effect.forkChild(Effect.flip(Effect.forever(io.writeStdin(Buffer.alloc(65_536)))))
      yield* task.kill(9)
      yield* task.exit
      yield* task.delete
      assert.strictEqual((yield* Fiber.join(writing))._tag, "StdinClosed")
      yield* io.drained
    }))

  it.effect("has one output with a terminal", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sh", "-c", "echo out; echo err >&2"], { terminal: true })
      const { io, logged } = yield* openIo({ tty: true, stdin: true })
      const task = yield* createTask({ ...io.paths, terminal: true })
      yield* task.start
      yield* task.exit
      yield* io.drained
      assert.strictEqual(textOf(logged, "stdout"), "out\r\nerr\r\n")
    }))

  it.effect("loses nothing while nobody reads, and goes on where it was", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sh", "-c", "i=0; while [ $i -lt 60000 ]; do echo $i; i=$((i+1)); done"])
      const { folder } = yield* TestContainerd
      const scope = yield* Scope.make()
      const { io, hub, logged, ioOptions } = yield* Scope.provide(openIo(), scope)
      const first = yield* Effect.flatMap(hub.subscribe, (output) => Effect.forkChild(Stream.runHead(output)))
      const task = yield* createTask(io.paths)
      yield* task.start
      yield* Fiber.join(first)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(openBelow(join(folder, "io-")), [])
      const again = yield* ProcessIo.reopen(ioOptions)
      yield* again.drained
      yield* task.exit
      assert.isTrue(textOf(logged, "stdout") === Array.from({ length: 60_000 }, (_, index) => `${index}\n`).join(""))
    }))

  it.effect("ends when the task could not be made", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["/bin/nothing"])
      const { io } = yield* openIo({ stdin: true })
      yield* Effect.flip(createTask(io.paths))
      yield* io.expectEnd
      yield* io.drained
    }))
})
