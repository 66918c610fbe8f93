import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs"
import { type Engine, TestEngine } from "../support/engine.ts"
import { expectClean } from "../support/fsck.ts"
import { rawHttp } from "../support/rawHttp.ts"
import { eventually } from "../support/realTime.ts"
import { mountsBelow } from "../support/tempDirectory.ts"
import { docker, output } from "./cli.ts"

/** Descriptors of the engine's process; those of the JavaScript engine's own come and go. */
const descriptors = (engine: Engine) =>
  Effect.map(engine.pid, (pid) => readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return [readlinkSync(`/proc/${pid}/fd/${fd}`)]
    } catch {
      return []
    }
  }))

const shimsOf = (directory: string) =>
  readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1")
      return command.includes("containerd-shim") && command.includes(`${directory}/`)
    } catch {
      return false
    }
  })

const listed = (directory: string) => existsSync(directory) ? readdirSync(directory) : []

/** What there is on the host beside the engine itself. */
const residue = ({ bridge, directory }: Engine) => ({
  shims: shimsOf(directory),
  mounts: mountsBelow(directory).filter((path) => !path.includes("/netns") && !path.endsWith("/fifos")),
  ports: listed(`/sys/class/net/${bridge}/brif`),
  io: listed(`${directory}/run/io`),
  attachments: listed(`${directory}/run/attachments`),
  containers: listed(`${directory}/data/containers`)
})

const runOnce = (index: number) =>
  Effect.map(docker("run --rm busybox sh -c", [`echo ${index}; exit ${index % 7}`]), ({ code, stderr, stdout }) => {
    assert.deepStrictEqual({ code, stdout, stderr }, { code: index % 7, stdout: `${index}\n`, stderr: "" })
  })

/** Nothing of any container is there any more, and the engine holds no more than before. */
const expectNothingLeft = Effect.fnUntraced(function*(engine: Engine, before: ReadonlyArray<string>) {
  yield* expectClean(engine)
  assert.deepStrictEqual(residue(engine), {
    shims: [], mounts: [], ports: [], io: [], attachments: [], containers: []
  })
  const { body } = yield* rawHttp(engine.socket, "GET", "/v1.51/containers/json?all=1")
  assert.strictEqual(body.toString().trim(), "[]")
  let last: ReadonlyArray<string> = []
  yield* eventually(() => `the engine to let go of what it holds:\n${last.join("\n")}\nbefore:\n${before.join("\n")}`,
    Effect.map(descriptors(engine), (now) => {
      last = now
      return Math.abs(now.length - before.length) <= 5 || undefined
    }))
})

layer(TestEngine.layer(), { excludeTestServices: true })("containers that come and go leave nothing behind", (it) => {
  it.effect("one after another", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* Effect.repeat(output("run --rm busybox true"), { times: 2 })
      yield* expectClean(engine)
      const before = yield* descriptors(engine)
      for (let index = 0; index < 20; index += 1) yield* runOnce(index)
      yield* expectNothingLeft(engine, before)
    }), 240_000)

  it.effect("ten at a time", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* output("run --rm busybox true")
      yield* expectClean(engine)
      const before = yield* descriptors(engine)
      yield* Effect.forEach(Array.from({ length: 20 }, (_, index) => index), runOnce, { concurrency: 10 })
      yield* expectNothingLeft(engine, before)
    }), 240_000)

  it.effect("with execs in them", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* output("run -d --name host busybox sleep 1000")
      yield* output("exec host true")
      const before = yield* descriptors(engine)
      yield* Effect.forEach(Array.from({ length: 20 }), () => output("exec host echo x"), { concurrency: 5 })
      let now = 0
      yield* eventually(() => `descriptors: ${now}, before ${before.length}`, Effect.map(descriptors(engine), ({ length }) => {
        now = length
        return Math.abs(length - before.length) <= 5 || undefined
      }))
      yield* output("rm -f host")
      yield* expectClean(engine)
    }), 240_000)

  it.effect("when clients go away before the answer", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* expectClean(engine)
      const before = yield* descriptors(engine)
      yield* Effect.forEach(Array.from({ length: 8 }, (_, index) => index), (index) =>
        Effect.raceFirst(docker("run --rm busybox sh -c", ["echo x; exec sleep 0.1"]), Effect.sleep(`${100 * (index + 1)} millis`)), {
        concurrency: 4
      })
      yield* eventually("the containers to end", Effect.map(output("ps -q"), (text) => text === "" || undefined))
      const left = (yield* output("ps -aq")).split("\n").filter((id) => id !== "")
      if (left.length > 0) yield* output("rm -f", left)
      yield* expectNothingLeft(engine, before)
    }), 240_000)
})
