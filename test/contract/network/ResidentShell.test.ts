import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import * as ResidentShell from "../../../src/network/ResidentShell.ts"
import { eventually } from "../../support/realTime.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

const env = { PATH: process.env["PATH"] ?? "" }

const jobs = `
touch_it() { touch "$1"; }
refuse() { echo "no $1," "so there" >&2; return 3; }
tell_pid() { echo $$ >"$1"; }
end_shell() { kill -9 $$; while kill -0 $$; do sleep 0.01; done 2>/dev/null; }
wait_for() { while ! [ -e "$1" ]; do sleep 0.01; done; }`

const running = (pid: number) => existsSync(`/proc/${pid}`)

describe("ResidentShell", () => {
  it.live("does jobs, also with spaces and patterns in their argument", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shell")
      const shell = yield* ResidentShell.make(jobs, env)
      yield* shell.run("touch_it", join(directory, "a  b *"))
      assert.isTrue(existsSync(join(directory, "a  b *")))
    }))

  it.live("tells why a job failed, and does the next", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shell")
      const shell = yield* ResidentShell.make(jobs, env)
      const { message } = yield* Effect.flip(shell.run("refuse", "way"))
      assert.strictEqual(message, "failed: no way, so there")
      yield* shell.run("touch_it", join(directory, "next"))
    }))

  it.live("lets jobs wait for each other", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shell")
      const shell = yield* ResidentShell.make(jobs, env)
      const file = join(directory, "there")
      yield* Effect.all([shell.run("wait_for", file), shell.run("touch_it", file)], { concurrency: "unbounded" })
    }))

  it.live("lets a job answer although the shell died meanwhile, and comes again for the next", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shell")
      const shell = yield* ResidentShell.make(jobs, env)
      const file = join(directory, "there")
      const waits = yield* Effect.forkChild(shell.run("wait_for", file), { startImmediately: true })
      yield* shell.run("end_shell", "")
      yield* shell.run("touch_it", file)
      yield* Fiber.join(waits)
    }))

  it.live("ends with its scope", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shell")
      const file = join(directory, "pid")
      yield* Effect.scoped(Effect.flatMap(ResidentShell.make(jobs, env), (shell) => shell.run("tell_pid", file)))
      const pid = Number(readFileSync(file, "utf8"))
      yield* eventually("the shell's end", Effect.sync(() => running(pid) ? undefined : true))
    }))
})
