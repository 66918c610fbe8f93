import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { buildSpec } from "../../../src/engine/containers/spec/buildSpec.ts"
import { encodeOci } from "../../../src/engine/containers/spec/encodeOci.ts"
import { type ExecInput, execProcess } from "../../../src/engine/containers/spec/execProcess.ts"
import { updateResources } from "../../../src/engine/containers/spec/updateResources.ts"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { stackProgram } from "../../support/stack.ts"
import { eventually } from "../../support/realTime.ts"
import { runOrDie, runProcess } from "../../support/runProcess.ts"
import { hostConfig, record, specInput } from "../../unit/engine/spec/specInput.ts"
import { makeBundle } from "./runBundle.ts"

const services = HostFacts.layer.pipe(Layer.provideMerge(NodeServices.layer))

const plain: ExecInput = { cmd: [], env: [], user: undefined, workingDir: "", privileged: false, tty: false, consoleSize: undefined }

/** A container that sleeps under runc until the scope closes, and ways to act on it. */
const sleeping = Effect.gen(function*() {
  const { directory } = yield* makeBundle
  const host = yield* HostFacts
  const id = `gantry-test-${randomBytes(6).toString("hex")}`
  const spec = yield* buildSpec(specInput({
    record: record({ command: ["/bin/sleep", "60"], config: { Env: ["A=1"] }, hostConfig: { Memory: 32 * 1024 ** 2 } }),
    host,
    user: { uid: 1000, gid: 1000, additionalGids: [1000] },
    cgroupsPath: `/${id}`
  }))
  writeFileSync(`${directory}/config.json`, encodeOci(spec))
  const runc = stackProgram("runc")
  const before = ["--root", `${directory}/state`]
  yield* Effect.acquireRelease(
    Effect.sync(() => spawn(runc, [...before, "run", "--bundle", directory, id], { stdio: "ignore" })),
    () => runProcess(runc, [...before, "delete", "--force", id])
  )
  yield* eventually(
    "the container to run",
    Effect.map(runProcess(runc, [...before, "state", id]), ({ stdout }) => stdout.includes("\"running\"") ? true : undefined)
  )
  const exec = (line: string, asked: Partial<ExecInput>) =>
    Effect.gen(function*() {
      const process = yield* execProcess(spec.process, { ...plain, cmd: ["/bin/sh", "-c", line], ...asked }, host)
      writeFileSync(`${directory}/exec.json`, encodeOci(process))
      return (yield* runProcess(runc, [...before, "exec", "--process", `${directory}/exec.json`, id])).stdout
    })
  const update = (asked: Parameters<typeof hostConfig>[0]) =>
    Effect.gen(function*() {
      const stdin = encodeOci(yield* updateResources(hostConfig(asked), new Map()))
      yield* runOrDie(runc, [...before, "update", "--resources", "-", id], { stdin })
    })
  return { exec, update, host }
})

layer(services)("a running container", (it) => {
  it.effect("runs further processes as its own, as another user, or with every capability", () =>
    Effect.gen(function*() {
      const { exec, host } = yield* sleeping
      const caps = "grep -E 'CapEff|CapBnd' /proc/self/status"
      assert.strictEqual(
        yield* exec(`id -u; echo $A$B; pwd; ${caps}`, { env: ["B=2"], workingDir: "/tmp" }),
        "1000\n12\n/tmp\nCapEff:\t0000000000000000\nCapBnd:\t00000000a80425fb\n"
      )
      assert.include(yield* exec(caps, { user: { uid: 0, gid: 0, additionalGids: [0] } }), "CapEff:\t00000000a80425fb")
      assert.include(
        yield* exec(caps, { privileged: true, user: { uid: 0, gid: 0, additionalGids: [0] } }),
        `CapEff:\t${host.capabilities.toString(16).padStart(16, "0")}`
      )
    }))

  it.effect("takes new limits, and loses old ones", () =>
    Effect.gen(function*() {
      const { exec, update } = yield* sleeping
      const limits = () => exec("cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/pids/pids.max /sys/fs/cgroup/cpu/cpu.shares", {})
      yield* update({ Memory: 48 * 1024 ** 2, MemorySwap: -1, PidsLimit: 40, CpuShares: 100 })
      assert.strictEqual(yield* limits(), "50331648\n40\n100\n")
      yield* update({ PidsLimit: 0 })
      assert.strictEqual(yield* limits(), "50331648\nmax\n100\n")
    }))
})
