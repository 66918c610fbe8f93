import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Scope } from "effect"
import * as SandboxRecord from "../../../src/containerd/SandboxRecord.ts"
import * as TaskState from "../../../src/containerd/TaskState.ts"
import { prepared, processOf } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("Task", (it) => {
  it.effect("runs a program and tells its exit code, the same in the reply of delete", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sh", "-c", "exit 7"])
      const task = yield* createTask()
      yield* task.start
      const exit = yield* task.exit
      assert.strictEqual(exit.code, 7)
      assert.strictEqual(exit.witness, "wait")
      const reaped = yield* task.delete
      assert.strictEqual(reaped.code, 7)
      assert.strictEqual(reaped.exitedAtNanos, exit.exitedAtNanos)
    }))

  it.effect("executes a process beside, with an exit code of its own", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const process = yield* task.exec({ execId: "e1", spec: processOf(["sh", "-c", "exit 3"]) })
      const pid = yield* process.start
      assert.isAbove(pid, 0)
      assert.strictEqual((yield* process.exit).code, 3)
      assert.strictEqual((yield* process.delete).code, 3)
      yield* task.kill(9)
      assert.strictEqual((yield* task.exit).code, 137)
    }))

  it.effect("kills an exec and leaves the task alone; the end of the task ends the execs in it", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const first = yield* task.exec({ execId: "e1", spec: processOf(["sleep", "100"]) })
      yield* first.start
      yield* first.kill(9)
      assert.strictEqual((yield* first.exit).code, 137)
      assert.strictEqual((yield* TaskState.get(task.containerId)).status, "running")
      const second = yield* task.exec({ execId: "e2", spec: processOf(["sleep", "100"]) })
      yield* second.start
      yield* task.kill(9)
      assert.strictEqual((yield* second.exit).code, 137)
    }))

  it.effect("pauses, resumes, and says which processes there are", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      yield* task.pause
      assert.strictEqual((yield* TaskState.get(task.containerId)).status, "paused")
      yield* task.resume
      assert.strictEqual((yield* TaskState.get(task.containerId)).status, "running")
      assert.deepStrictEqual(yield* task.pids, [task.pid])
      assert.isDefined(yield* task.metrics)
    }))

  it.effect("changes the limits of a running container", () =>
    Effect.gen(function*() {
      const { name } = yield* TestContainerd
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      yield* task.update({ pids: { limit: 77 } })
      const v1 = `/sys/fs/cgroup/pids/${name}/${task.containerId}/pids.max`
      const v2 = `/sys/fs/cgroup/${name}/${task.containerId}/pids.max`
      assert.strictEqual(Fs.readFileSync(Fs.existsSync(v1) ? v1 : v2, "utf8").trim(), "77")
    }))

  it.effect("reads input until it is closed, and writes output to plain files", () =>
    Effect.gen(function*() {
      const { folder } = yield* TestContainerd
      const paths = { stdin: Path.join(folder, "in"), stdout: Path.join(folder, "out"), stderr: Path.join(folder, "err") }
      spawnSync("mkfifo", [paths.stdin])
      Fs.writeFileSync(paths.stdout, "")
      Fs.writeFileSync(paths.stderr, "")
      const { createTask } = yield* prepared(["cat"])
      const input = Fs.openSync(paths.stdin, Fs.constants.O_RDWR | Fs.constants.O_NONBLOCK)
      const task = yield* createTask(paths)
      yield* task.start
      Fs.writeSync(input, "hello\n")
      Fs.closeSync(input)
      yield* task.closeStdin
      assert.strictEqual((yield* task.exit).code, 0)
      yield* task.delete
      assert.strictEqual(Fs.readFileSync(paths.stdout, "utf8"), "hello\n")
    }))

  it.effect("gives a terminal, which can be resized", () =>
    Effect.gen(function*() {
      const { folder } = yield* TestContainerd
      const stdout = Path.join(folder, "tty-out")
      Fs.writeFileSync(stdout, "")
      const { createTask } = yield* prepared(["sh", "-c", "sleep 0.5; busybox stty size"], { terminal: true })
      const task = yield* createTask({ terminal: true, stdout })
      yield* task.start
      yield* task.resize({ width: 132, height: 43 })
      yield* task.exit
      yield* task.delete
      assert.strictEqual(Fs.readFileSync(stdout, "utf8").trim(), "43 132")
    }))

  it.effect("fails to create a task whose program is missing, and leaves no task behind", () =>
    Effect.gen(function*() {
      const { id, createTask } = yield* prepared(["/no/such/program"])
      const error = yield* Effect.flip(createTask())
      assert.strictEqual(error.reason, "Unknown")
      assert.match(error.message, /no such file or directory|executable file not found/)
      assert.notMatch(error.message, /: unknown$/)
      assert.strictEqual((yield* Effect.flip(TaskState.get(id))).reason, "NotFound")
    }))

  it.effect("fails to start an exec whose program is missing; it is still to be deleted", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const process = yield* task.exec({ execId: "e1", spec: processOf(["/no/such/program"]) })
      const error = yield* Effect.flip(process.start)
      assert.match(error.message, /no such file or directory|executable file not found/)
      yield* process.delete
      assert.strictEqual((yield* Effect.flip(TaskState.get(task.containerId, "e1"))).reason, "NotFound")
    }))

  it.effect("runs twenty at once and mixes up none of their exits", () =>
    Effect.gen(function*() {
      const codes = Array.from({ length: 20 }, (_, index) => index + 1)
      const seen = yield* Effect.forEach(codes, (code) =>
        Effect.scoped(Effect.gen(function*() {
          const { createTask } = yield* prepared(["sh", "-c", `exit ${code}`])
          const task = yield* createTask()
          yield* task.start
          return (yield* task.exit).code
        })), { concurrency: 20 })
      assert.deepStrictEqual(seen, codes)
    }))

  it.effect("counts a container that goes down with its shim as killed", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const shim = /^PPid:\s*(\d+)$/m.exec(Fs.readFileSync(`/proc/${task.pid}/status`, "utf8"))?.[1]
      process.kill(Number(shim), "SIGKILL")
      assert.strictEqual((yield* task.exit).code, 137)
    }))

  it.effect("keeps running when the scope of its handle closes, and can be taken up again", () =>
    Effect.gen(function*() {
      const { id, attachTask, createTask } = yield* prepared(["sleep", "100"])
      const scope = yield* Scope.make()
      const task = yield* Scope.provide(createTask(), scope)
      yield* task.start
      const again = yield* attachTask({ containerId: id, pid: task.pid })
      yield* again.kill(9)
      assert.strictEqual((yield* again.exit).code, 137)
      yield* Scope.close(scope, Exit.void)
    }))

  it.effect("keeps no sandbox record of a container that is gone", () =>
    Effect.gen(function*() {
      const id = yield* Effect.scoped(Effect.gen(function*() {
        const { id } = yield* prepared(["true"])
        assert.include(yield* SandboxRecord.list, id)
        return id
      }))
      assert.notInclude(yield* SandboxRecord.list, id)
    }))
})
