import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { decodeExec, encodeExec } from "../../../src/engine/execs/execRecord.ts"
import type { ExecView } from "../../../src/engine/execs/Execs.ts"

const view: ExecView = {
  id: "e1",
  containerId: "c1",
  config: {
    cmd: ["sh"], env: ["A=b"], user: "", workingDir: "/", privileged: false, tty: true, attachStdin: true,
    attachStdout: true, attachStderr: false, detachKeys: "", consoleSize: undefined
  },
  running: true,
  started: true,
  exitCode: null,
  pid: 42
}

it.effect("an exec comes back from the store as it went in, with and without a console size", () =>
  Effect.gen(function*() {
    const sized: ExecView = { ...view, config: { ...view.config, consoleSize: [24, 80] } }
    assert.deepStrictEqual(yield* decodeExec(encodeExec(view)), view)
    assert.deepStrictEqual(yield* decodeExec(encodeExec(sized)), sized)
  }))
