import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { existsSync, readdirSync, statSync, writeFileSync } from "node:fs"
import { stat } from "node:fs/promises"
import { Deferred, Effect, Exit, Fiber, Scope, Stream } from "effect"
import { FifoPool } from "../../../src/logs/FifoPool.ts"
import type { OutputChunk } from "../../../src/logs/OutputChunk.ts"
import * as OutputHub from "../../../src/logs/OutputHub.ts"
import * as ProcessIo from "../../../src/logs/ProcessIo.ts"
import { openBelow, scratch, shell } from "./scratch.ts"

// As containerd's shim does: both ends of each output are held, until the output is copied.
const likeShim = ({ stdin, stdout, stderr }: ProcessIo.ProcessIo["paths"], script: string) =>
  shell(`exec ${stdin === "" ? "" : `<${stdin}`} >${stdout} 3<${stdout} ${stderr === "" ? "" : `2>${stderr} 4<${stderr}`}; ${script}`)

const gather = (hub: OutputHub.OutputHub) =>
  Effect.flatMap(hub.subscribe, (output) => Effect.forkChild(Stream.runCollect(output), { startImmediately: true }))

const textOf = (chunks: ReadonlyArray<OutputChunk>, stream: OutputChunk["stream"]) =>
  Buffer.concat(chunks.filter((chunk) => chunk.stream === stream).map((chunk) => chunk.bytes)).toString()

const setUp = Effect.gen(function*() {
  const directory = yield* scratch
  const hub = yield* OutputHub.make
  return { directory, run: `${directory}/run`, hub }
})

const withPool = <A, E>(directory: string, effect: Effect.Effect<A, E, FifoPool | Scope.Scope>) =>
  Effect.provide(effect, FifoPool.layer(`${directory}/pool`))

describe("ProcessIo", () => {
  it.live("places pipes that only root reaches, and takes them away", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: false, stdin: true, hub })
        assert.deepStrictEqual(io.paths, { stdin: `${run}/stdin`, stdout: `${run}/stdout`, stderr: `${run}/stderr` })
        assert.isTrue(statSync(io.paths.stdout).isFIFO())
        assert.strictEqual(statSync(io.paths.stdout).mode & 0o777, 0o600)
        yield* io.removeFifos
        assert.isFalse(existsSync(run))
        const tty = yield* ProcessIo.open({ directory: run, tty: true, stdin: false, hub })
        assert.deepStrictEqual(tty.paths, { stdin: "", stdout: `${run}/stdout`, stderr: "" })
        assert.deepStrictEqual(readdirSync(run), ["stdout"])
      }))
    }))

  it.live("makes more pipes than the pool had ready, for many at once", () =>
    Effect.gen(function*() {
      const { directory } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const pool = yield* FifoPool
        const paths = Array.from({ length: 40 }, (_, index) => [`${directory}/${index}/a`, `${directory}/${index}/b`])
        yield* Effect.forEach(paths, (both) => pool.place(both), { concurrency: "unbounded" })
        for (const path of paths.flat()) assert.isTrue(statSync(path).isFIFO())
        const failure = yield* Effect.flip(pool.place([`${directory}/41/a`, "/proc/self/nowhere"]))
        assert.strictEqual(failure.operation, "place")
        assert.isFalse(existsSync(`${directory}/41/a`))
      }))
      assert.isFalse(existsSync(`${directory}/pool`))
    }))

  it.live("gives all output of a process to the log and to subscribers, streams apart, and then its end", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      const logged: Array<OutputChunk> = []
      let finished = 0
      const sink = {
        write: (batch: ReadonlyArray<OutputChunk>) => Effect.sync(() => void logged.push(...batch)),
        finish: Effect.sync(() => void finished++)
      }
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: false, stdin: false, hub, sink })
        const seen = yield* gather(hub)
        yield* likeShim(io.paths, "seq 1 100000; echo problem >&2")
        yield* io.drained
        yield* hub.endRun
        const chunks = yield* Fiber.join(seen)
        const expected = Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join("")
        for (const all of [chunks, logged]) {
          assert.isTrue(textOf(all, "stdout") === expected)
          assert.strictEqual(textOf(all, "stderr"), "problem\n")
        }
        assert.strictEqual(finished, 1)
      }))
      assert.deepStrictEqual(openBelow(directory), [])
    }).pipe(Effect.scoped))

  it.live("sees no end before the process has come", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: true, stdin: false, hub })
        const seen = yield* gather(hub)
        assert.isTrue((yield* Effect.timeoutOption(io.drained, "300 millis"))._tag === "None")
        yield* likeShim(io.paths, "echo late")
        yield* io.drained
        yield* hub.endRun
        assert.strictEqual(textOf(yield* Fiber.join(seen), "stdout"), "late\n")
      }))
    }))

  it.live("ends outputs of a process that was never made, and none that is still held", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: false, stdin: true, hub })
        yield* io.expectEnd
        yield* io.drained
        const held = yield* ProcessIo.open({ directory: `${directory}/held`, tty: true, stdin: true, hub })
        const holder = yield* likeShim(held.paths, "echo ready; read line")
        const ready = yield* Effect.flatMap(hub.subscribe, (output) => Stream.runHead(output))
        assert.strictEqual(ready._tag, "Some")
        yield* held.expectEnd
        assert.isTrue((yield* Effect.timeoutOption(held.drained, "200 millis"))._tag === "None")
        yield* held.writeStdin(Buffer.from("go\n"))
        yield* held.drained
        yield* holder.exit
      }))
    }))

  it.live("carries stdin to a process, however slow, and its end", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: false, stdin: true, hub })
        const seen = yield* gather(hub)
        const bytes = Buffer.alloc(8 * 1024 * 1024, "0123456789abcdef\n")
        const writing = yield* Effect.forkChild(Effect.andThen(io.writeStdin(bytes), io.endStdin))
        yield* likeShim(io.paths, "sleep 0.2; sha256sum")
        yield* io.taken
        yield* Fiber.join(writing)
        yield* io.drained
        yield* hub.endRun
        const digest = createHash("sha256").update(bytes).digest("hex")
        assert.strictEqual(textOf(yield* Fiber.join(seen), "stdout"), `${digest}  -\n`)
        assert.strictEqual((yield* Effect.flip(io.writeStdin(Buffer.from("x"))))._tag, "StdinClosed")
      }))
    }))

  it.live("fails a write to a process that reads no more", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: true, stdin: true, hub })
        const first = yield* Effect.flatMap(hub.subscribe, (output) => Effect.forkChild(Stream.runHead(output)))
        yield* likeShim(io.paths, "read line; exec <&-; echo deaf; sleep 60")
        yield* io.taken
        yield* io.writeStdin(Buffer.from("line\n"))
        yield* Fiber.join(first)
        const failure = yield* Effect.flip(Effect.forever(io.writeStdin(Buffer.alloc(65_536))))
        assert.strictEqual(failure._tag, "StdinClosed")
      }))
    }))

  it.live("ends a write that waits when it is closed, and leaves the pipes to the process", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        const scope = yield* Scope.make()
        const io = yield* Scope.provide(ProcessIo.open({ directory: run, tty: false, stdin: true, hub }), scope)
        const writing = yield* Effect.forkChild(Effect.flip(io.writeStdin(Buffer.alloc(1024 * 1024))), { startImmediately: true })
        yield* Scope.close(scope, Exit.void)
        assert.strictEqual((yield* Fiber.join(writing))._tag, "StdinClosed")
        assert.isTrue(statSync(io.paths.stdin).isFIFO())
        assert.deepStrictEqual(openBelow(run), [])
      }))
    }))

  it.live("goes on with a process after it was closed, and loses nothing that was written meanwhile", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      const logged: Array<OutputChunk> = []
      // Slow, so that much is read and not yet written when the engine stops.
      const sink = {
        write: (batch: ReadonlyArray<OutputChunk>) => Effect.delay(Effect.sync(() => void logged.push(...batch)), "20 millis"),
        finish: Effect.void
      }
      const options = { directory: run, tty: false, stdin: false, hub, sink }
      yield* withPool(directory, Effect.gen(function*() {
        const scope = yield* Scope.make()
        const io = yield* Scope.provide(ProcessIo.open(options), scope)
        const first = yield* Effect.flatMap(hub.subscribe, (output) => Effect.forkChild(Stream.runHead(output)))
        yield* likeShim(io.paths, `seq 1 50000; until [ -e ${directory}/go ]; do sleep 0.02; done; seq 50001 100000`)
        yield* Fiber.join(first)
        yield* Scope.close(scope, Exit.void)
      }))
      writeFileSync(`${directory}/go`, "")
      const again = yield* ProcessIo.reopen(options)
      yield* again.drained
      assert.isTrue(textOf(logged, "stdout") === Array.from({ length: 100_000 }, (_, index) => `${index + 1}\n`).join(""))
    }))

  it.live("ends at once when it comes back to pipes that nobody holds", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      yield* withPool(directory, Effect.flatMap(FifoPool, (pool) =>
        pool.place([`${run}/stdin`, `${run}/stdout`, `${run}/stderr`])))
      const io = yield* ProcessIo.reopen({ directory: run, tty: false, stdin: true, hub })
      yield* io.drained
      const failure = yield* Effect.flip(ProcessIo.reopen({ directory: `${run}-gone`, tty: true, stdin: false, hub }))
      assert.strictEqual(failure._tag, "FifoFailed")
    }))

  it.live("leaves file operations free, however many pipes wait for their process", () =>
    Effect.gen(function*() {
      const { directory, hub } = yield* setUp
      yield* withPool(directory, Effect.gen(function*() {
        yield* Effect.forEach(Array.from({ length: 20 }), (_, index) =>
          ProcessIo.open({ directory: `${directory}/${index}`, tty: false, stdin: true, hub }), { concurrency: "unbounded" })
        assert.isTrue((yield* Effect.promise(() => stat(directory))).isDirectory())
        assert.strictEqual(openBelow(directory).filter((path) => /\/\d+\//.test(path)).length, 20 * 4)
      }))
    }))

  it.live("does not lose output to a subscriber that takes nothing for a while", () =>
    Effect.gen(function*() {
      const { directory, run, hub } = yield* setUp
      const go = yield* Deferred.make<void>()
      yield* withPool(directory, Effect.gen(function*() {
        const io = yield* ProcessIo.open({ directory: run, tty: true, stdin: false, hub })
        const output = yield* hub.subscribe
        const slow = yield* Effect.forkChild(Effect.andThen(Deferred.await(go), Stream.runFold(output, () => 0, (sum, chunk) => sum + chunk.bytes.length)))
        yield* likeShim(io.paths, "head -c 20000000 /dev/zero")
        assert.isTrue((yield* Effect.timeoutOption(io.drained, "500 millis"))._tag === "None")
        yield* Deferred.succeed(go, undefined)
        yield* io.drained
        yield* hub.endRun
        assert.strictEqual(yield* Fiber.join(slow), 20_000_000)
      }))
    }))
})
