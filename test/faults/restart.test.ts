import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { readFileSync, readdirSync } from "node:fs"
import { becomes, docker, field, output, prints, trapping } from "../clients/cli.ts"
import { pastActions, watchEvents } from "../clients/eventStream.ts"
import { TestEngine } from "../support/engine.ts"
import { expectClean } from "../support/fsck.ts"
import { rawJson } from "../support/rawHttp.ts"
import { eventually } from "../support/realTime.ts"

/** Ends with `code` at SIGUSR1, says so at SIGHUP, and otherwise runs on. */
const obedient = (code: number) => trapping(`trap 'exit ${code}' USR1; trap 'echo hangup' HUP; trap 'exit 0' TERM`)

const startObedient = (name: string, code: number, flags: ReadonlyArray<string> = []) =>
  Effect.andThen(output("run -d --name", [name, ...flags, "busybox", ...obedient(code)]), prints(name, "ready"))

const pidOf = (container: string) => Effect.map(field(container, ".State.Pid"), Number)

const isGone = (pid: number) => {
  try {
    return !/^State:\s+[^ZX]/m.test(readFileSync(`/proc/${pid}/status`, "utf8"))
  } catch {
    return true
  }
}

/** Signals a process of a container without the engine's knowledge, and waits for its end. */
const endProcess = (pid: number) =>
  Effect.andThen(
    Effect.sync(() => process.kill(pid, "SIGUSR1")),
    eventually(`the end of process ${pid}`, Effect.sync(() => isGone(pid) || undefined))
  )

const childOf = (parent: number, name: string) =>
  readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).map(Number).find((pid) => {
    try {
      const [, comm, ppid] = /^\d+ \((.*)\) \S (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8")) ?? []
      return comm === name && Number(ppid) === parent
    } catch {
      return false
    }
  })

const dies = (container: string) => Effect.map(pastActions(container), (told) => told.filter((action) => action === "die").length)

const state = (container: string) => field(container, ".State.Status}} {{.State.ExitCode")

/** All that a client does with a container that runs. */
const expectAlive = Effect.fnUntraced(function*(container: string) {
  assert.strictEqual(yield* state(container), "running 0")
  assert.strictEqual(yield* output("exec", [container, "echo", "from exec"]), "from exec")
  const follower = yield* Effect.forkChild(docker("logs -f --tail 0", [container]))
  yield* output("kill -s HUP", [container])
  yield* prints(container, "hangup")
  yield* output("stop", [container])
  assert.strictEqual((yield* Fiber.join(follower)).code, 0)
  assert.strictEqual(yield* state(container), "exited 0")
  assert.strictEqual(yield* dies(container), 1)
})

const removeAll = Effect.gen(function*() {
  const ids = (yield* output("ps -aq")).split("\n").filter((id) => id !== "")
  if (ids.length > 0) yield* output("rm -f", ids)
})

const startExec = Effect.fnUntraced(function*(container: string, code: number) {
  const { socket } = yield* TestEngine
  const created = yield* rawJson(socket, "POST", `/v1.51/containers/${container}/exec`, { Cmd: obedient(code) })
  const { Id } = created.json as { readonly Id: string }
  assert.strictEqual((yield* rawJson(socket, "POST", `/v1.51/exec/${Id}/start`, { Detach: true })).status, 200)
  return Id
})

const execState = (id: string) =>
  Effect.flatMap(TestEngine, ({ socket }) =>
    Effect.map(rawJson(socket, "GET", `/v1.51/exec/${id}/json`), ({ json }) =>
      json as { readonly Running: boolean; readonly ExitCode: number | null; readonly Pid: number }))

layer(TestEngine.layer(), { excludeTestServices: true })("an engine that was away", (it) => {
  it.effect("killed amid ten containers and ten requests, finds everything as it is and leaves nothing half-made", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      const names = Array.from({ length: 10 }, (_, index) => `ten-${index}`)
      yield* Effect.forEach(names, (name, index) => startObedient(name, 40 + index), { concurrency: 3 })
      const [ending, staying] = [names.slice(0, 4), names.slice(4, 8)]
      const pids = yield* Effect.forEach(ending, pidOf)
      const events = yield* watchEvents({ event: ["create"] })
      const requests = yield* Effect.forEach([
        ["run", "-d", "--name", "new-0", "busybox", "sleep", "1000"],
        ["run", "-d", "--name", "new-1", "busybox", "sleep", "1000"],
        ["run", "--rm", "--name", "new-2", "busybox", "true"],
        ["create", "--name", "new-3", "busybox", "true"],
        ["create", "--name", "new-4", "busybox", "true"],
        ["rm", "-f", "ten-8"],
        ["restart", "ten-9"],
        ["exec", "ten-4", "sleep", "1000"],
        ["logs", "-f", "ten-5"],
        ["wait", "ten-6"]
      ], (args) => Effect.forkChild(engine.docker.run(args)))
      yield* events.until("create")
      yield* engine.kill9
      yield* Effect.forEach(pids, endProcess)
      yield* Effect.forEach(requests, Fiber.join)
      yield* engine.start
      for (const [index, name] of ending.entries()) {
        yield* becomes(name, ".State.Status", "exited")
        assert.strictEqual(yield* state(name), `exited ${40 + index}`)
        assert.strictEqual(yield* dies(name), 1)
      }
      yield* Effect.forEach(staying, expectAlive)
      yield* expectClean(engine)
      yield* removeAll
      yield* expectClean(engine)
      for (const name of ["new-0", "new-3", ...names]) yield* output("create --name", [name, "busybox", "true"])
      yield* removeAll
    }), 180_000)

  it.effect("stopped in order and started, runs on with what ran and knows what ended meanwhile", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* startObedient("calm", 0)
      yield* startObedient("ended", 17)
      const pid = yield* pidOf("ended")
      assert.strictEqual(yield* engine.stop, 0)
      yield* endProcess(pid)
      yield* engine.start
      yield* becomes("ended", ".State.ExitCode", "17")
      assert.deepStrictEqual(yield* pastActions("ended"), ["create", "start", "die"])
      yield* expectAlive("calm")
      yield* removeAll
      yield* expectClean(engine)
    }), 180_000)

  it.effect("reads what a container that lives on wrote meanwhile", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* output("run -d --name writer busybox", trapping("trap 'echo while away' HUP; trap 'echo last; exit 6' USR1"))
      yield* prints("writer", "ready")
      const pid = yield* pidOf("writer")
      yield* engine.kill9
      yield* Effect.sync(() => process.kill(pid, "SIGHUP"))
      yield* engine.start
      yield* prints("writer", "while away")
      yield* endProcess(pid)
      yield* becomes("writer", ".State.ExitCode", "6")
      assert.strictEqual(yield* output("logs writer"), "ready\nwhile away\nlast")
      yield* removeAll
    }), 180_000)

  it.effect("gives input and output of a container to who attaches", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* output("run -d -i --name listener busybox sh -c", ["while read -r line; do echo \"got $line\"; [ $line = end ] && exit 5; done"])
      yield* engine.kill9
      yield* engine.start
      const { code, stdout } = yield* docker("attach listener", [], { stdin: "one\nend\n" })
      assert.deepStrictEqual({ code, stdout }, { code: 5, stdout: "got one\ngot end\n" })
      yield* removeAll
      yield* expectClean(engine)
    }), 180_000)

  it.effect("removes containers with --rm that ended meanwhile, and those that end later", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* startObedient("soon", 21, ["--rm"])
      yield* startObedient("later", 22, ["--rm"])
      const pids = yield* Effect.forEach(["soon", "later"], pidOf)
      yield* engine.kill9
      yield* endProcess(pids[0] ?? -1)
      yield* engine.start
      const present = (name: string) => Effect.map(docker("inspect", [name]), ({ code }) => code === 0)
      yield* eventually("soon to go", Effect.map(present("soon"), (found) => found ? undefined : true))
      assert.deepStrictEqual(yield* pastActions("soon"), ["create", "start", "die", "destroy"])
      assert.isTrue(yield* present("later"))
      yield* endProcess(pids[1] ?? -1)
      yield* eventually("later to go", Effect.map(present("later"), (found) => found ? undefined : true))
      assert.deepStrictEqual(yield* pastActions("later"), ["create", "start", "die", "destroy"])
      yield* expectClean(engine)
    }), 180_000)

  it.effect("keeps execs: those that run on and those that ended meanwhile", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* startObedient("host", 0)
      const [running, ended] = [yield* startExec("host", 31), yield* startExec("host", 32)]
      const endedPid = (yield* execState(ended)).Pid
      yield* engine.kill9
      yield* endProcess(endedPid)
      yield* engine.start
      yield* eventually("the exit code", Effect.map(execState(ended), ({ ExitCode }) => ExitCode === 32 || undefined))
      const { ExitCode, Pid, Running } = yield* execState(running)
      assert.deepStrictEqual([Running, ExitCode], [true, null])
      yield* endProcess(Pid)
      yield* eventually("the exit code", Effect.map(execState(running), ({ ExitCode }) => ExitCode === 31 || undefined))
      const told = (yield* pastActions("host")).filter((action) => action === "exec_die")
      assert.strictEqual(told.length, 2)
      yield* expectAlive("host")
      yield* removeAll
      yield* expectClean(engine)
    }), 180_000)

  it.effect("keeps a paused container paused", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* startObedient("frozen", 0)
      yield* output("pause frozen")
      yield* engine.kill9
      yield* engine.start
      assert.strictEqual(yield* state("frozen"), "paused 0")
      yield* output("unpause frozen")
      yield* expectAlive("frozen")
      yield* removeAll
      yield* expectClean(engine)
    }), 180_000)
})

layer(TestEngine.layer(), { excludeTestServices: true })("an engine whose containerd is killed", (it) => {
  it.effect("starts another, runs on with what ran and knows what ended meanwhile", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* startObedient("on", 0)
      yield* startObedient("off", 27)
      const pid = yield* pidOf("off")
      const containerd = childOf(yield* engine.pid, "containerd") ?? assert.fail("the engine has no containerd of its own")
      process.kill(containerd, "SIGKILL")
      yield* endProcess(pid)
      yield* becomes("off", ".State.Status", "exited")
      assert.strictEqual(yield* state("off"), "exited 27")
      assert.deepStrictEqual(yield* pastActions("off"), ["create", "start", "die"])
      yield* eventually("an exec", Effect.map(docker("exec on true"), ({ code }) => code === 0 || undefined))
      yield* expectAlive("on")
      assert.strictEqual(yield* output("run --rm busybox echo works"), "works")
      yield* removeAll
      yield* expectClean(engine)
    }), 180_000)
})
