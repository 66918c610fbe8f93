import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { prepared, processOf } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

/** crun refuses a hybrid cgroup tree unless the v2 part is out of its sight. */
const crunWrapper = Effect.map(TestContainerd, ({ folder, stackBin }) => {
  const unified = "/sys/fs/cgroup/unified"
  const hybrid = Fs.existsSync(`${unified}/cgroup.controllers`)
  const crun = Path.join(stackBin, "crun")
  const script = Path.join(folder, "crun.sh")
  const command = hybrid
    ? `exec unshare --mount --propagation slave sh -c 'umount ${unified}; exec ${crun} "$@"' crun "$@"`
    : `exec ${crun} "$@"`
  Fs.writeFileSync(script, `#!/bin/sh\n${command}\n`, { mode: 0o755 })
  return script
})

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("crun, behind a wrapper script", (it) => {
  it.effect("runs, executes and kills as runc does", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"], { binary: yield* crunWrapper })
      const task = yield* createTask()
      yield* task.start
      const exec = yield* task.exec({ execId: "e", spec: processOf(["sh", "-c", "exit 3"]) })
      yield* exec.start
      assert.strictEqual((yield* exec.exit).code, 3)
      yield* exec.delete
      yield* task.pause
      yield* task.resume
      yield* task.kill(15)
      yield* task.kill(9)
      assert.strictEqual((yield* task.exit).code, 137)
      assert.strictEqual((yield* task.delete).code, 137)
    }))
})
