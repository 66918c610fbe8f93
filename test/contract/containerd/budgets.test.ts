import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import * as Container from "../../../src/containerd/Container.ts"
import * as RpcMeter from "../../../src/containerd/RpcMeter.ts"
import * as SandboxRecord from "../../../src/containerd/SandboxRecord.ts"
import * as Snapshot from "../../../src/containerd/Snapshot.ts"
import * as Task from "../../../src/containerd/Task.ts"
import { ensureBase, prepared, processOf, runtimeOptionsOf, snapshotter, specOf } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

/** The calls that an effect makes, and how many it leaves open. */
const metered = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const meter = RpcMeter.make()
    const result = yield* Effect.provideService(effect, RpcMeter.RpcMeter, meter)
    return { result, calls: [...meter.calls].sort(), held: meter.held }
  })

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("RPC budgets", (it) => {
  it.effect("a container's life from create to remove takes nine calls and holds one", () =>
    Effect.gen(function*() {
      yield* ensureBase
      const { name } = yield* TestContainerd
      const id = "life"
      const runtime = { name: "io.containerd.runc.v2", options: yield* runtimeOptionsOf() }

      const create = yield* metered(Effect.all([
        Snapshot.prepare({ snapshotter, key: id, parent: "busybox" }),
        SandboxRecord.create(id, runtime.name)
      ], { concurrency: "unbounded" }))
      assert.deepStrictEqual(create.calls, ["Snapshots/Prepare", "Store/Create"])

      const start = yield* metered(Effect.gen(function*() {
        const container = yield* Container.create({ id, snapshotter, snapshotKey: id, runtime, spec: specOf({ args: ["true"], id, name }) })
        const task = yield* Task.create({ containerId: id, mounts: create.result[0], runtimeOptions: runtime.options })
        yield* task.start
        return { container, task }
      }))
      assert.deepStrictEqual(start.calls, ["Containers/Create", "Tasks/Create", "Tasks/Start"])
      assert.strictEqual(start.held, 1)
      const { container, task } = start.result

      const exit = yield* metered(Effect.andThen(task.exit, task.delete))
      assert.deepStrictEqual(exit.calls, ["Tasks/Delete"])

      const remove = yield* metered(Effect.all([
        container.delete,
        Effect.andThen(Snapshot.remove({ snapshotter, key: id }), SandboxRecord.remove(id))
      ]))
      assert.deepStrictEqual(remove.calls, ["Containers/Delete", "Snapshots/Remove", "Store/Delete"])
    }))

  it.effect("an exec takes two calls to start and one to end", () =>
    Effect.gen(function*() {
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const start = yield* metered(Effect.gen(function*() {
        const process = yield* task.exec({ execId: "e", spec: processOf(["true"]) })
        yield* process.start
        return process
      }))
      assert.deepStrictEqual(start.calls, ["Tasks/Exec", "Tasks/Start"])
      assert.strictEqual(start.held, 0)
      const end = yield* metered(Effect.andThen(start.result.exit, start.result.delete))
      assert.deepStrictEqual(end.calls, ["Tasks/DeleteProcess"])
    }))

  it.effect("each act on a running task takes one call, and what it remembers none", () =>
    Effect.gen(function*() {
      const { container, createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const acts = yield* metered(Effect.gen(function*() {
        yield* task.pause
        yield* task.resume
        yield* task.update({ pids: { limit: 50 } })
        yield* task.kill(9)
      }))
      assert.deepStrictEqual(acts.calls, ["Tasks/Kill", "Tasks/Pause", "Tasks/Resume", "Tasks/Update"])
      yield* task.exit
      const reads = yield* metered(Effect.andThen(task.exit, Effect.sync(() => [task.pid, task.containerId, container.id])))
      assert.deepStrictEqual(reads.calls, [])
    }))

  it.effect("counts requests that run at the same time apart", () =>
    Effect.gen(function*() {
      const asks = (times: number) => metered(Effect.repeat(SandboxRecord.list, { times: times - 1 }))
      const fibers = yield* Effect.forEach([1, 2, 3, 4], (times) => Effect.forkChild(asks(times)))
      const counts = yield* Effect.forEach(fibers, (fiber) => Effect.map(Fiber.join(fiber), ({ calls }) => calls.length))
      assert.deepStrictEqual(counts, [1, 2, 3, 4])
    }))
})
