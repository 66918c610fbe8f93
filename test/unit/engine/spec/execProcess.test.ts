import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildSpec } from "../../../../src/engine/containers/spec/buildSpec.ts"
import { type ExecInput, execProcess } from "../../../../src/engine/containers/spec/execProcess.ts"
import { updateResources } from "../../../../src/engine/containers/spec/updateResources.ts"
import { host, hostConfig, record, specInput } from "./specInput.ts"

const plain: ExecInput = { cmd: ["ls"], env: [], user: undefined, workingDir: "", privileged: false, tty: false, consoleSize: undefined }

const exec = (asked: Partial<ExecInput>, container: NonNullable<Parameters<typeof record>[0]> = {}, uid = 0) =>
  Effect.gen(function*() {
    const { process } = yield* buildSpec(specInput({ record: record(container), user: { uid, gid: uid, additionalGids: [uid] } }))
    return { container: process, exec: yield* execProcess(process, { ...plain, ...asked }, host) }
  })

describe("an exec's process", () => {
  it.effect("is the container's with another command", () =>
    Effect.gen(function*() {
      const { container, exec: made } = yield* exec({}, { config: { Env: ["A=1"], WorkingDir: "/w" } })
      assert.deepStrictEqual(made, { ...container, args: ["ls"] })
    }))

  it.effect("has a terminal of its own, and TERM with it", () =>
    Effect.gen(function*() {
      const { exec: without } = yield* exec({}, { config: { Tty: true }, hostConfig: { ConsoleSize: [1, 2] } })
      assert.isFalse(without.terminal)
      assert.isUndefined(without.consoleSize)
      assert.notInclude(without.env, "TERM=xterm")
      const { exec: made } = yield* exec({ tty: true, consoleSize: [24, 80], env: ["TERM=vt100"] })
      assert.deepStrictEqual(made.consoleSize, { height: 24, width: 80 })
      assert.include(made.env, "TERM=vt100")
    }))

  it.effect("adds, replaces and removes variables", () =>
    Effect.gen(function*() {
      const { exec: made } = yield* exec({ env: ["A=2", "B", "C=3"] }, { config: { Env: ["A=1", "B=1"] } })
      assert.deepStrictEqual(made.env.slice(-2), ["A=2", "C=3"])
    }))

  it.effect("has the capabilities of its own user", () =>
    Effect.gen(function*() {
      const { exec: root } = yield* exec({ user: { uid: 0, gid: 0, additionalGids: [0] } }, {}, 1000)
      assert.lengthOf(root.capabilities.effective ?? [], 14)
      const { exec: other } = yield* exec({ user: { uid: 5, gid: 5, additionalGids: [5] } })
      assert.isUndefined(other.capabilities.effective)
      const { exec: privileged } = yield* exec({ privileged: true, user: { uid: 5, gid: 5, additionalGids: [5] } })
      assert.lengthOf(privileged.capabilities.effective ?? [], 41)
    }))

  it.effect("is not started in /proc", () =>
    Effect.gen(function*() {
      yield* Effect.flip(exec({ workingDir: "/proc/self/fd/8" }))
      assert.strictEqual((yield* exec({ workingDir: "/tmp/" })).exec.cwd, "/tmp")
    }))
})

describe("an update", () => {
  it.effect("writes limits alone, and lifts those that are taken away", () =>
    Effect.gen(function*() {
      const asked = hostConfig({ Memory: 10_000_000, MemorySwap: -1, PidsLimit: -1, CpuShares: 5 })
      assert.deepStrictEqual(yield* updateResources(asked, new Map()), {
        memory: { limit: 10_000_000, swap: -1 },
        cpu: { shares: 5 },
        pids: { limit: -1 }
      })
      assert.deepStrictEqual(yield* updateResources(hostConfig(), new Map()), {})
    }))
})
