import { assert, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { Effect, Stream } from "effect"
import * as LogDriver from "../../../src/logs/LogDriver.ts"
import * as LogOptions from "../../../src/logs/LogOptions.ts"
import { openBelow, scratch } from "./scratch.ts"

const subject = {
  containerId: "c", containerName: "web", imageId: "", imageName: "", command: "", daemonName: "", labels: {}, env: []
}
const out = (text: string) => ({ stream: "stdout" as const, bytes: Buffer.from(text) })

const smallDisk = Effect.gen(function*() {
  const directory = yield* scratch
  const disk = `${directory}/disk`
  return yield* Effect.acquireRelease(
    Effect.sync(() => {
      mkdirSync(disk)
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", disk])
      return disk
    }),
    () =>
      Effect.repeat(Effect.sleep("5 millis"), { until: () => openBelow(disk).length === 0 }).pipe(
        Effect.andThen(Effect.sync(() => execFileSync("umount", [disk])))
      )
  )
})

it.live("a full disk loses output, but neither stops the process nor spoils what comes after", () =>
  Effect.gen(function*() {
    const disk = yield* smallDisk
    const log = yield* Effect.flatMap(LogOptions.decode("json-file", {}), (settings) =>
      LogDriver.make(settings, `${disk}/log/c-json.log`))
    yield* Effect.scoped(Effect.gen(function*() {
      const sink = yield* log.openSink(subject)
      yield* sink.write([out("before\n")])
      writeFileSync(`${disk}/ballast`, Buffer.alloc(200_000))
      yield* sink.write([out(`${"x".repeat(1_000)}\n`.repeat(200))])
      yield* sink.write([out("lost\n")])
      rmSync(`${disk}/ballast`)
      yield* sink.write([out("after\n")])
    }))
    const entries = yield* Stream.runCollect(log.read(
      { stdout: true, stderr: true, follow: false, since: undefined, until: undefined, tail: undefined }, Effect.void
    ))
    const texts = entries.map((entry) => Buffer.from(entry.line).toString())
    assert.deepStrictEqual(texts.filter((text) => !text.startsWith("x")), ["before\n", "after\n"])
    assert.isTrue(texts.length > 10 && texts.every((text) => !text.startsWith("x") || text.length === 1_001))
    assert.isTrue(readFileSync(log.path, "utf8").endsWith("}\n"))
  }))
