import * as Fs from "node:fs"
import { assert, layer } from "@effect/vitest"
import { Context, Effect, Exit, Fiber, Layer, Option, Ref, Schedule, Scope, Stream, SubscriptionRef } from "effect"
import { Containerd } from "../../../src/containerd/Containerd.ts"
import * as Daemon from "../../../src/containerd/Daemon.ts"
import { EventFeed } from "../../../src/containerd/EventFeed.ts"
import { Tasks } from "../../../src/containerd/generated/tasks_pb.ts"
import { Version } from "../../../src/containerd/generated/version_pb.ts"
import * as HostProcess from "../../../src/containerd/HostProcess.ts"
import * as SandboxRecord from "../../../src/containerd/SandboxRecord.ts"
import * as TaskState from "../../../src/containerd/TaskState.ts"
import { prepared, processOf } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

type Running = { readonly daemon: Context.Service.Shape<typeof Daemon.Daemon>; readonly stop: Effect.Effect<void> }

/** Starts and ends containerd as a test asks, and outlives the containers of all tests. */
class Keeper extends Context.Service<Keeper, {
  readonly up: Effect.Effect<Running, Daemon.DaemonFailed>
  readonly down: Effect.Effect<void>
  /** SIGKILL, and nobody who starts it again. */
  readonly murder: Effect.Effect<void>
}>()("test/Keeper") {
  static readonly layer = Layer.effect(
    Keeper,
    Effect.gen(function*() {
      const { options } = yield* TestContainerd
      const containerd = yield* Containerd
      const outer = yield* Scope.Scope
      const current = yield* Ref.make(Option.none<Running>())
      const start = Effect.gen(function*() {
        const scope = yield* Scope.fork(outer)
        const context = yield* Layer.buildWithScope(Layer.fresh(Daemon.Daemon.layer(options)), scope)
        const running = { daemon: Context.get(context, Daemon.Daemon), stop: Scope.close(scope, Exit.void) }
        yield* Ref.set(current, Option.some(running))
        return running
      }).pipe(Effect.provideService(Containerd, containerd))
      const stop = Effect.flatMap(Ref.getAndSet(current, Option.none()), Option.match({ onNone: () => Effect.void, onSome: ({ stop }) => stop }))
      return {
        up: Effect.flatMap(Ref.get(current), Option.match({ onNone: () => start, onSome: Effect.succeed })),
        down: stop,
        murder: Effect.flatMap(Ref.get(current), Option.match({
          onNone: () => Effect.void,
          onSome: ({ daemon }) => Effect.flatMap(daemon.pid, (pid) => Effect.andThen(killed(pid, "SIGKILL"), stop))
        }))
      }
    })
  )
}

/** The channel stays while containerd comes and goes. */
const channel = Keeper.layer.pipe(
  Layer.provideMerge(Layer.unwrap(Effect.map(TestContainerd, ({ options }) => Daemon.external(options)))),
  Layer.provideMerge(TestContainerd.folder)
)

const killed = (pid: number, signal: NodeJS.Signals) => Effect.sync(() => process.kill(pid, signal))

const gone = (pid: number) =>
  Effect.repeat(
    Effect.sync(() => Fs.existsSync(`/proc/${pid}/status`) && !/State:\s*Z/.test(Fs.readFileSync(`/proc/${pid}/status`, "utf8"))),
    { while: (there) => there, schedule: Schedule.spaced("10 millis") }
  )

/** The shell has set its trap: a signal before would end it, or be lost on the first process of a container. */
const listening = (pid: number) => {
  const trapped = () => {
    const status = Fs.readFileSync(`/proc/${pid}/status`, "utf8")
    const caught = BigInt(`0x${/SigCgt:\s*(\w+)/.exec(status)?.[1] ?? "0"}`)
    // runc, which becomes the shell a moment after start, catches signals too.
    return /^Name:\s*(sh|busybox)$/m.test(status) && (caught & (1n << 14n)) !== 0n
  }
  return Effect.repeat(Effect.sync(trapped), { while: (ready) => !ready, schedule: Schedule.spaced("10 millis") })
}

const obedient = ["sh", "-c", "trap 'exit 7' TERM; while :; do sleep 0.02; done"]

layer(channel, { excludeTestServices: true, timeout: "60 seconds" })("a containerd that goes and comes", (it) => {
  it.effect("tells the code of a container that exited while it was dead", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      const { createTask } = yield* prepared(obedient)
      const task = yield* createTask()
      yield* task.start
      yield* listening(task.pid)
      yield* keeper.murder
      yield* killed(task.pid, "SIGTERM")
      yield* gone(task.pid)
      yield* keeper.up
      const exit = yield* task.exit
      assert.strictEqual(exit.code, 7)
      assert.notStrictEqual(exit.witness, "none")
      assert.strictEqual((yield* task.delete).code, 7)
    }))

  it.effect("tells nothing of one without a sandbox record: exited, code unknown", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      const { id, createTask } = yield* prepared(obedient)
      yield* SandboxRecord.remove(id)
      const task = yield* createTask()
      yield* task.start
      yield* listening(task.pid)
      yield* keeper.murder
      yield* killed(task.pid, "SIGTERM")
      yield* gone(task.pid)
      yield* keeper.up
      const exit = yield* task.exit
      assert.strictEqual(exit.code, 255)
      assert.strictEqual(exit.witness, "none")
    }))

  it.effect("leaves containers running, and the handles work on", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      const { createTask } = yield* prepared(obedient)
      const task = yield* createTask()
      yield* task.start
      const exec = yield* task.exec({ execId: "e", spec: processOf(["sleep", "100"]) })
      yield* exec.start
      yield* listening(task.pid)
      yield* keeper.down
      yield* keeper.up
      assert.strictEqual((yield* TaskState.get(task.containerId)).pid, task.pid)
      yield* exec.kill(9)
      assert.strictEqual((yield* exec.exit).code, 137)
      yield* task.kill(15)
      assert.strictEqual((yield* task.exit).code, 7)
    }))

  it.effect("tells of an exec that ended meanwhile", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      const { createTask } = yield* prepared(obedient)
      const task = yield* createTask()
      yield* task.start
      const exec = yield* task.exec({ execId: "e", spec: processOf(obedient) })
      const pid = yield* exec.start
      yield* listening(pid)
      yield* keeper.murder
      yield* killed(pid, "SIGTERM")
      yield* gone(pid)
      yield* keeper.up
      assert.strictEqual((yield* exec.exit).code, 7)
    }))

  it.effect("takes up the subscription again and lists the tasks once", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      const feed = yield* EventFeed
      yield* feed.ready
      const { createTask } = yield* prepared(["sleep", "100"])
      const task = yield* createTask()
      yield* task.start
      const before = yield* SubscriptionRef.get(feed.server)
      const events = yield* feed.subscribe
      const relisted = yield* Effect.forkChild(Stream.runHead(Stream.filter(events, (event) => event._tag === "Relisted")))
      yield* keeper.murder
      yield* keeper.up
      const seen = yield* Effect.fromOption(yield* Fiber.join(relisted))
      assert.deepStrictEqual(seen._tag === "Relisted" ? seen.tasks.map(({ pid, status }) => ({ pid, status })) : [], [{ pid: task.pid, status: "running" }])
      assert.strictEqual((yield* SubscriptionRef.get(feed.server)).epoch, before.epoch + 1)
    }))

  it.effect("starts again by itself when it dies", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      const { daemon } = yield* keeper.up
      const pid = yield* daemon.pid
      const back = yield* SubscriptionRef.changes(daemon.state).pipe(
        Stream.dropUntil((state) => state === "down"),
        Stream.filter((state) => state === "running"),
        Stream.runHead,
        Effect.forkChild({ startImmediately: true })
      )
      yield* killed(pid, "SIGKILL")
      yield* Fiber.join(back)
      assert.notStrictEqual(yield* daemon.pid, pid)
      const containerd = yield* Containerd
      assert.match((yield* containerd.unary(Version.method.version, {})).version, /\d+\.\d+/)
    }))

  it.effect("is ended if an engine that was killed left it behind", () =>
    Effect.gen(function*() {
      const { options } = yield* TestContainerd
      const earlier = yield* Keeper
      yield* earlier.up
      yield* earlier.down
      const stale = yield* Effect.acquireRelease(
        HostProcess.spawnApart({
          binary: options.binary,
          args: ["--config", `${options.state}/containerd.toml`],
          env: process.env,
          logFile: options.logFile
        }),
        HostProcess.terminate
      )
      Fs.writeFileSync(`${options.state}/containerd.pid`, JSON.stringify({ pid: stale.pid, startedTicks: stale.startedTicks }))
      const keeper = yield* Keeper
      const { daemon } = yield* keeper.up
      assert.isFalse(yield* HostProcess.alive(stale))
      assert.notStrictEqual(yield* daemon.pid, stale.pid)
    }))

  it.effect("says why it does not come up", () =>
    Effect.gen(function*() {
      const { folder, options } = yield* TestContainerd
      const blocked = `${folder}/file`
      Fs.writeFileSync(blocked, "")
      const error = yield* Effect.flip(Layer.build(Layer.fresh(Daemon.Daemon.layer({ ...options, root: `${blocked}/root` }))))
      assert.match(error.message, /ENOTDIR/)
    }))

  it.effect("that hangs makes calls fail in time, and answers again when it wakes", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      const { daemon } = yield* keeper.up
      const containerd = yield* Containerd
      yield* containerd.unary(Version.method.version, {})
      const pid = yield* daemon.pid
      yield* Effect.acquireRelease(killed(pid, "SIGSTOP"), () => killed(pid, "SIGCONT"))
      const error = yield* Effect.flip(containerd.unary(Version.method.version, {}, { timeout: "200 millis" }))
      assert.strictEqual(error.reason, "DeadlineExceeded")
      yield* killed(pid, "SIGCONT")
      yield* containerd.unary(Version.method.version, {})
    }))

  it.effect("is unavailable, not slow, when it is not there", () =>
    Effect.gen(function*() {
      const keeper = yield* Keeper
      yield* keeper.up
      yield* keeper.down
      const containerd = yield* Containerd
      const error = yield* Effect.flip(containerd.unary(Tasks.method.list, {}, { timeout: "300 millis" }))
      assert.strictEqual(error.reason, "Unavailable")
    }))
})
