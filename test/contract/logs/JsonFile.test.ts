import { assert, describe, it } from "@effect/vitest"
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs"
import { gunzipSync, gzipSync } from "node:zlib"
import { Deferred, Effect, Exit, Fiber, Scope, Stream } from "effect"
import * as LogDriver from "../../../src/logs/LogDriver.ts"
import * as LogOptions from "../../../src/logs/LogOptions.ts"
import type { LogEntry, LogQuery } from "../../../src/logs/LogQuery.ts"
import { openBelow, scratch } from "./scratch.ts"

const subject = {
  containerId: "c", containerName: "web", imageId: "", imageName: "", command: "", daemonName: "", labels: { a: "1" }, env: []
}
const all: LogQuery = { stdout: true, stderr: true, follow: false, since: undefined, until: undefined, tail: undefined }
const following: LogQuery = { ...all, follow: true }

const setUp = (options: Record<string, string> = {}) =>
  Effect.gen(function*() {
    const directory = yield* scratch
    const path = `${directory}/log/c-json.log`
    const log = yield* Effect.flatMap(LogOptions.decode("json-file", options), (settings) => LogDriver.make(settings, path))
    return { directory, path, log }
  })

const out = (text: string) => ({ stream: "stdout" as const, bytes: Buffer.from(text) })
const err = (text: string) => ({ stream: "stderr" as const, bytes: Buffer.from(text) })
const textOf = (entry: LogEntry) => Buffer.from(entry.line).toString()
const read = (log: LogDriver.ContainerLog, query: LogQuery) =>
  Effect.map(Stream.runCollect(log.read(query, Effect.void)), (entries) => entries.map(textOf))
const numbers = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => `${from + index}\n`)
const lines = (from: number, to: number) => out(numbers(from, to).join(""))
/** The first line that is not the one after its predecessor. */
const oddity = (seen: ReadonlyArray<string>, first: number) => seen.find((text, index) => text !== `${first + index}\n`)

describe("json-file", () => {
  it.live("keeps a run's output in Docker's form and reads it back", () =>
    Effect.gen(function*() {
      const { path, log } = yield* setUp({ labels: "a" })
      assert.deepStrictEqual(yield* read(log, all), [])
      assert.isFalse(existsSync(path))
      const sink = yield* log.openSink(subject)
      yield* sink.write([out("one\ntw"), err("bad: \"x\"\n")])
      yield* sink.write([out("o\nrest")])
      yield* sink.finish
      assert.strictEqual(statSync(path).mode & 0o777, 0o640)
      assert.match(readFileSync(path, "utf8"), new RegExp(
        String.raw`^\{"log":"one\\n","stream":"stdout","attrs":\{"a":"1"\},"time":"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d*[1-9])?Z"\}\n` +
          String.raw`\{"log":"bad: \\"x\\"\\n","stream":"stderr","attrs":.*\n\{"log":"two\\n".*\n\{"log":"rest","stream":"stdout",.*\}\n$`
      ))
      const entries = yield* Stream.runCollect(log.read(all, Effect.void))
      assert.deepStrictEqual(entries.map(({ stream }) => stream), ["stdout", "stderr", "stdout", "stdout"])
      assert.deepStrictEqual(entries.map(textOf), ["one\n", "bad: \"x\"\n", "two\n", "rest"])
      assert.deepStrictEqual(entries[0]?.attrs, { a: "1" })
      assert.isTrue(entries.every((entry, index) => index === 0 || entry.timeNanos > (entries[index - 1]?.timeNanos ?? 0n)))
    }))

  it.live("chooses by stream, time and number from the end", () =>
    Effect.gen(function*() {
      const { log } = yield* setUp()
      const sink = yield* log.openSink(subject)
      for (let index = 1; index <= 6; index++) yield* sink.write([index % 2 === 0 ? err(`${index}\n`) : out(`${index}\n`)])
      const times = (yield* Stream.runCollect(log.read(all, Effect.void))).map((entry) => entry.timeNanos)
      assert.deepStrictEqual(yield* read(log, { ...all, stdout: false }), ["2\n", "4\n", "6\n"])
      assert.deepStrictEqual(yield* read(log, { ...all, tail: 2 }), ["5\n", "6\n"])
      assert.deepStrictEqual(yield* read(log, { ...all, tail: 0 }), [])
      assert.deepStrictEqual(yield* read(log, { ...all, tail: 99 }), numbers(1, 6))
      assert.deepStrictEqual(yield* read(log, { ...all, stderr: false, tail: 2 }), ["3\n", "5\n"])
      assert.deepStrictEqual(yield* read(log, { ...all, since: times[3] }), ["4\n", "5\n", "6\n"])
      assert.deepStrictEqual(yield* read(log, { ...all, until: times[1] }), ["1\n", "2\n"])
    }))

  it.live("rotates before the record that would come after a full file, and keeps so many files", () =>
    Effect.gen(function*() {
      const { directory, path, log } = yield* setUp({ "max-size": "1k", "max-file": "3" })
      const sink = yield* log.openSink(subject)
      yield* sink.write([lines(1, 100)])
      assert.deepStrictEqual(readdirSync(`${directory}/log`).sort(), ["c-json.log", "c-json.log.1", "c-json.log.2"])
      for (const name of [`${path}.1`, `${path}.2`]) {
        const text = readFileSync(name, "utf8")
        assert.isTrue(text.length >= 1000 && text.length - text.split("\n").slice(-2).join("\n").length < 1000)
        for (const line of text.trimEnd().split("\n")) assert.isString(JSON.parse(line).log)
      }
      const kept = yield* read(log, all)
      assert.deepStrictEqual(kept, numbers(101 - kept.length, 100))
      for (const tail of [1, 5, 20, 30]) assert.deepStrictEqual(yield* read(log, { ...all, tail }), numbers(101 - tail, 100))
    }))

  it.live("reads from the end over compressed files too", () =>
    Effect.gen(function*() {
      const { path, log } = yield* setUp({ "max-size": "20k", "max-file": "4", compress: "true" })
      const sink = yield* log.openSink(subject)
      for (let from = 1; from <= 2000; from += 100) yield* sink.write([lines(from, from + 99)])
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => existsSync(`${path}.1.gz`) && !existsSync(`${path}.1`) })
      const count = gunzipSync(readFileSync(`${path}.1.gz`)).toString().trimEnd().split("\n").length
      assert.isTrue(count > 100)
      const kept = yield* read(log, all)
      assert.deepStrictEqual(kept, numbers(2001 - kept.length, 2000))
      for (const tail of [1, 150, count + 10, kept.length - 1]) {
        assert.deepStrictEqual(yield* read(log, { ...all, tail }), numbers(2001 - tail, 2000))
      }
      assert.deepStrictEqual(yield* read(log, { ...all, stderr: false, tail: 300 }), numbers(1701, 2000))
    }))

  for (const files of ["1", "3"]) {
    it.live(`follows over rotations of ${files} file(s): no line of 200,000 is lost or doubled`, () =>
      Effect.gen(function*() {
        const { directory, log } = yield* setUp({ "max-size": "1m", "max-file": files })
        const ended = yield* Deferred.make<void>()
        const inner = yield* Scope.make()
        const sink = yield* Scope.provide(log.openSink(subject), inner)
        yield* sink.write([lines(1, 10)])
        const follow = Effect.fnUntraced(function*(query: LogQuery, first: number) {
          const seen: Array<string> = []
          const fiber = yield* Effect.forkChild(Stream.runForEachArray(log.read(query, Deferred.await(ended)), (entries) =>
            Effect.sync(() => void seen.push(...entries.map(textOf)))))
          yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => seen.length === 11 - first })
          return Effect.map(Fiber.join(fiber), () => ({ odd: oddity(seen, first), last: seen.at(-1) }))
        })
        const whole = yield* follow(following, 1)
        const late = yield* follow({ ...following, tail: 5 }, 6)
        for (let from = 11; from <= 200_000; from += 1_000) {
          yield* sink.write([lines(from, Math.min(200_000, from + 999))])
        }
        yield* sink.finish
        yield* Scope.close(inner, Exit.void)
        yield* Deferred.succeed(ended, undefined)
        assert.deepStrictEqual(yield* whole, { odd: undefined, last: "200000\n" })
        assert.deepStrictEqual(yield* late, { odd: undefined, last: "200000\n" })
        yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => openBelow(directory).length === 0 })
      }), 60_000)
  }

  it.live("gives one unbroken run of lines to those who come in the midst of rotations", () =>
    Effect.gen(function*() {
      const { log } = yield* setUp({ "max-size": "50k", "max-file": "3", compress: "true" })
      const ended = yield* Deferred.make<void>()
      const sink = yield* log.openSink(subject)
      const readers: Array<Fiber.Fiber<ReadonlyArray<string>, unknown>> = []
      for (let from = 1; from <= 40_000; from += 100) {
        yield* sink.write([lines(from, from + 99)])
        if (from % 2_000 !== 1) continue
        const query = { ...all, follow: from % 4_000 === 1, tail: from % 6_000 === 1 ? 700 : undefined }
        readers.push(yield* Effect.forkChild(Effect.map(Stream.runCollect(log.read(query, Deferred.await(ended))), (entries) =>
          entries.map(textOf))))
      }
      yield* sink.finish
      yield* Deferred.succeed(ended, undefined)
      const runs = yield* Effect.forEach(readers, (reader) => Fiber.join(reader))
      assert.strictEqual(runs.length, 20)
      runs.forEach((run, index) => {
        assert.strictEqual(oddity(run, Number(run[0])), undefined)
        assert.isTrue(run.length >= 100)
        if (index % 2 === 0) assert.strictEqual(run.at(-1), "40000\n")
      })
    }), 60_000)

  it.live("follows from a container's first start, over a restart, to the end", () =>
    Effect.gen(function*() {
      const { directory, path, log } = yield* setUp()
      mkdirSync(`${directory}/log`)
      const ended = yield* Deferred.make<void>()
      const follower = yield* Effect.forkChild(Stream.runCollect(log.read(following, Deferred.await(ended))))
      yield* Effect.repeat(Effect.sleep("1 millis"), { until: () => existsSync(path) })
      for (const from of [1, 11]) {
        yield* Effect.scoped(Effect.flatMap(log.openSink(subject), (sink) => sink.write([lines(from, from + 9)])))
      }
      yield* Deferred.succeed(ended, undefined)
      assert.deepStrictEqual((yield* Fiber.join(follower)).map(textOf), numbers(1, 20))
    }))

  it.live("lets a follower go that is too far behind, and its files with it", () =>
    Effect.gen(function*() {
      const { directory, log } = yield* setUp({ "max-size": "1k", "max-file": "2" })
      const sink = yield* log.openSink(subject)
      yield* sink.write([lines(1, 10)])
      const began = yield* Deferred.make<void>()
      const stuck = yield* Deferred.make<void>()
      const follower = yield* Effect.forkChild(Effect.flip(Stream.runForEach(log.read(following, Effect.never), () =>
        Effect.andThen(Deferred.succeed(began, undefined), Deferred.await(stuck)))))
      yield* Deferred.await(began)
      yield* sink.write([lines(11, 5_000)])
      assert.isTrue(openBelow(directory).length <= 3)
      yield* Deferred.succeed(stuck, undefined)
      assert.strictEqual((yield* Fiber.join(follower))._tag, "LogReaderTooSlow")
    }))

  it.live("finds its feet wherever the last records were torn", () =>
    Effect.gen(function*() {
      const { path, directory, log } = yield* setUp()
      yield* Effect.scoped(Effect.flatMap(log.openSink(subject), (sink) => sink.write([lines(1, 5)])))
      const bytes = readFileSync(path)
      const ends = [...bytes.entries()].filter(([, byte]) => byte === 10).map(([at]) => at + 1)
      for (let cut = ends[1] ?? 0; cut <= bytes.length; cut++) {
        writeFileSync(path, bytes.subarray(0, cut))
        const whole = ends.filter((end) => end <= cut).length
        assert.deepStrictEqual(yield* read(log, all), numbers(1, whole))
        assert.deepStrictEqual(yield* read(log, { ...all, tail: 1 }), numbers(whole, whole))
        yield* Effect.scoped(Effect.flatMap(log.openSink(subject), (sink) => sink.write([lines(6, 6)])))
        // The next writer ends the torn line: one that lacked nothing but its newline is whole then.
        const healed = ends.filter((end) => end <= cut + 1).length
        assert.deepStrictEqual(yield* read(log, all), [...numbers(1, healed), "6\n"])
      }
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => openBelow(directory).length === 0 })
    }), 30_000)

  it.live("passes over garbage", () =>
    Effect.gen(function*() {
      const { directory, path, log } = yield* setUp({ "max-file": "3", "max-size": "1m" })
      mkdirSync(`${directory}/log`)
      const record = (text: string) => `{"log":"${text}\\n","stream":"stdout","time":"2024-01-01T00:00:00.5Z"}\n`
      writeFileSync(`${path}.2.gz`, gzipSync(record("oldest") + record("cut off ".repeat(20_000))).subarray(0, 200))
      writeFileSync(`${path}.1`, record("a") + "{\"log\":1}\nnull\n[]\n{}\n" + record("b").slice(0, 20))
      writeFileSync(path, Buffer.concat([
        Buffer.alloc(300_000), Buffer.from("\n" + record("c") + "\n\n{\"log\":\"x\",\"stream\":\"stdin\",\"time\":\"2024-01-01T00:00:00Z\"}\n"),
        Buffer.from(record("d").replace("Z", "+01:00")), Buffer.alloc(9_000_000, "x"), Buffer.from("\n" + record("e"))
      ]))
      const kept = (yield* read(log, all)).filter((text) => text !== "oldest\n")
      assert.deepStrictEqual(kept, ["a\n", "c\n", "d\n", "e\n"])
      assert.deepStrictEqual(yield* read(log, { ...all, tail: 1 }), ["e\n"])
    }))

  it.live("goes on following a file that somebody emptied", () =>
    Effect.gen(function*() {
      const { path, log } = yield* setUp()
      const ended = yield* Deferred.make<void>()
      const sink = yield* log.openSink(subject)
      const seen: Array<string> = []
      const follower = yield* Effect.forkChild(Stream.runForEach(log.read(following, Deferred.await(ended)), (entry) =>
        Effect.sync(() => seen.push(textOf(entry)))), { startImmediately: true })
      yield* sink.write([lines(1, 100)])
      yield* Effect.repeat(Effect.sleep("5 millis"), { until: () => seen.length === 100 })
      truncateSync(path)
      yield* sink.write([lines(101, 101)])
      yield* Deferred.succeed(ended, undefined)
      yield* Fiber.join(follower)
      assert.deepStrictEqual(seen, numbers(1, 101))
    }))

  it.live("keeps a line of 1 MiB whole, in parts", () =>
    Effect.gen(function*() {
      const { log } = yield* setUp()
      const sink = yield* log.openSink(subject)
      for (let index = 0; index < 16; index++) yield* sink.write([out("x".repeat(65_536))])
      yield* sink.write([out("\n")])
      const entries = yield* Stream.runCollect(log.read(all, Effect.void))
      assert.deepStrictEqual(entries.map((entry) => entry.line.length), [...Array.from({ length: 64 }, () => 16_384), 1])
      assert.strictEqual(new Set(entries.map((entry) => entry.timeNanos)).size, 1)
    }))

  it.live("reads a log that another engine wrote, and goes on with it", () =>
    Effect.gen(function*() {
      const { path, directory, log } = yield* setUp({ "max-size": "200", "max-file": "2" })
      mkdirSync(`${directory}/log`)
      appendFileSync(path, `{"log":"old\\n","stream":"stdout","time":"2024-01-01T00:00:00Z"}\n`.repeat(4))
      const sink = yield* log.openSink(subject)
      yield* sink.write([lines(1, 1)])
      assert.deepStrictEqual(yield* read(log, all), ["old\n", "old\n", "old\n", "old\n", "1\n"])
      assert.strictEqual(readFileSync(path, "utf8").trimEnd().split("\n").length, 1)
    }))

  it.live("has nothing to read with the driver none", () =>
    Effect.gen(function*() {
      const log = yield* Effect.flatMap(LogOptions.decode("none", {}), (settings) => LogDriver.make(settings, "/nowhere"))
      const sink = yield* log.openSink(subject)
      yield* sink.write([out("x\n")])
      yield* sink.finish
      const failure = yield* Effect.flip(Stream.runCollect(log.read(all, Effect.void)))
      assert.strictEqual(failure.message, "configured logging driver does not support reading")
      assert.strictEqual(log.path, "")
    }))
})
