import { afterAll, assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { type Engine, TestEngine } from "../support/engine.ts"
import { expectClean } from "../support/fsck.ts"
import { rawHttp, type RawResponse } from "../support/rawHttp.ts"
import { realSleep } from "../support/realTime.ts"

const table: Array<readonly [operation: string, budget: string, counted: string]> = []

afterAll(() => {
  const width = Math.max(...table.map(([operation]) => operation.length))
  console.log(["containerd calls".padEnd(width) + "  budget  counted", ...table.map(([operation, budget, counted]) =>
    `${operation.padEnd(width)}  ${budget.padEnd(6)}  ${counted}`)].join("\n"))
})

const request = Effect.fnUntraced(function*(method: string, path: string, body?: unknown) {
  const { socket } = yield* TestEngine
  return yield* rawHttp(socket, method, path, {
    headers: { "Gantry-Trace": "1", "Content-Type": "application/json" },
    ...body === undefined ? {} : { body: JSON.stringify(body) }
  })
})

const countOf = ({ headers }: RawResponse) => Number(headers["gantry-rpc-count"])

/** A request that succeeds, with what it cost. */
const ask = Effect.fnUntraced(function*(method: string, path: string, body?: unknown) {
  const response = yield* request(method, path, body)
  const text = response.body.toString()
  assert.isBelow(response.status, 400, `${method} ${path}: ${text}`)
  return { count: countOf(response), json: text.startsWith("{") || text.startsWith("[") ? JSON.parse(text) : undefined }
})

/** All calls of the engine's process by operation; those that stay open under `held …`. */
const metrics = Effect.gen(function*() {
  const { body } = yield* request("GET", "/gantry/metrics")
  const lines = body.toString().matchAll(/^gantry_containerd_calls_total\{([^}]*)\} (\d+)/gm)
  return new Map([...lines].map(([, labels = "", count]) => {
    const operation = /operation="([^"]*)"/.exec(labels)?.[1] ?? ""
    return [labels.includes(`held="true"`) ? `held ${operation}` : operation, Number(count)] as const
  }))
})

type Calls = ReadonlyMap<string, number>

const since = (before: Calls, after: Calls) =>
  Object.fromEntries([...after].map(([name, count]) => [name, count - (before.get(name) ?? 0)] as const).filter(([, count]) => count > 0))

const sumOf = (calls: Record<string, number>) =>
  Object.entries(calls).filter(([name]) => !name.startsWith("held ")).reduce((sum, [, count]) => sum + count, 0)

/** What the work makes the engine do until it is quiet again, by operation. */
const callsOf = <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    yield* realSleep(300)
    const before = yield* metrics
    yield* work
    yield* quiet
    return since(before, yield* metrics)
  })

const quiet: Effect.Effect<void, never, TestEngine> = Effect.gen(function*() {
  const before = yield* metrics
  yield* realSleep(400)
  const calls = since(before, yield* metrics)
  if (Object.keys(calls).length > 0) yield* quiet
})

const create = Effect.fnUntraced(function*(command: ReadonlyArray<string>, options: object = {}) {
  const { count, json } = yield* ask("POST", `/containers/create?name=b${randomBytes(6).toString("hex")}`, {
    Image: "busybox", Cmd: command, ...options
  })
  return { count, id: String(json.Id) }
})

const start = (id: string) => Effect.map(ask("POST", `/containers/${id}/start`), ({ count }) => count)
const wait = (id: string) => Effect.map(ask("POST", `/containers/${id}/wait`), ({ count }) => count)
const remove = (id: string, query = "") => Effect.map(ask("DELETE", `/containers/${id}${query}`), ({ count }) => count)

/** Once its end is dealt with, all of it. */
const ended = (id: string) => Effect.andThen(wait(id), quiet)

/** Every count within its budget; the row shows the largest. */
const within = (operation: string, budget: number, counts: ReadonlyArray<number>, how: string) => {
  table.push([`${operation}, ${how}`, String(budget), String(Math.max(...counts))])
  for (const count of counts) assert.isAtMost(count, budget, `${operation}, ${how}`)
}

/** Counts an operation once for the first time, once more, and `together` at a time. */
const measure = Effect.fnUntraced(function*<E, R>(
  operation: string,
  budget: number,
  once: Effect.Effect<number, E, R>,
  together = 10
) {
  within(operation, budget, [yield* once], "cold")
  within(operation, budget, [yield* once], "warm")
  const counts = yield* Effect.all(Array.from({ length: together }, () => once), { concurrency: "unbounded" })
  within(operation, budget, counts, `${together} at once`)
})

const sleeper = ["sleep", "1000"]

const withoutNetwork = { HostConfig: { NetworkMode: "none" } }

const running = Effect.gen(function*() {
  const { id } = yield* create(sleeper, withoutNetwork)
  yield* start(id)
  return id
})

const exec = Effect.fnUntraced(function*(id: string, command: ReadonlyArray<string>) {
  const { count, json } = yield* ask("POST", `/containers/${id}/exec`, { Cmd: command })
  return { count, execId: String(json.Id) }
})

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "120 seconds" })("containerd calls", (it) => {
  it.effect("reads make none", () =>
    Effect.gen(function*() {
      const id = yield* running
      const { execId } = yield* exec(id, ["true"])
      const now = Math.floor((performance.timeOrigin + performance.now()) / 1000)
      const reads = {
        ping: "/_ping",
        version: "/version",
        info: "/info",
        list: "/containers/json?all=1",
        inspect: `/containers/${id}/json`,
        top: `/containers/${id}/top`,
        logs: `/containers/${id}/logs?stdout=1`,
        events: `/events?since=${now - 60}&until=${now}`,
        "exec inspect": `/exec/${execId}/json`,
        "image list": "/images/json",
        "image inspect": "/images/busybox/json",
        "image history": "/images/busybox/history"
      }
      for (const [operation, path] of Object.entries(reads)) {
        yield* measure(operation, 0, Effect.map(request("GET", path), (response) => {
          assert.strictEqual(response.status, 200, operation)
          return countOf(response)
        }), 20)
      }
      yield* measure("exec create", 0, Effect.map(exec(id, ["true"]), ({ count }) => count))
      yield* remove(id, "?force=1")
    }), 120_000)

  it.effect("create, start, remove", () =>
    Effect.gen(function*() {
      yield* measure("create", 2, Effect.map(create(sleeper), ({ count }) => count))
      const bridged = Effect.map(create(["true"]), ({ id }) => id)
      const fresh = Effect.map(create(["true"], withoutNetwork), ({ id }) => id)
      const stopped = Effect.fnUntraced(function*<E, R>(made: Effect.Effect<string, E, R>) {
        const id = yield* made
        yield* start(id)
        yield* wait(id)
        return id
      })
      const again = stopped(fresh)
      yield* measure("first start", 3, Effect.flatMap(bridged, start))
      yield* measure("later start", 2, Effect.flatMap(stopped(bridged), start), 3)
      yield* measure("first start, no network", 3, Effect.flatMap(fresh, start))
      yield* measure("later start, no network", 2, Effect.flatMap(again, start))
      yield* measure("remove, never started", 2, Effect.flatMap(fresh, (id) => remove(id)))
      yield* measure("remove, stopped", 3, Effect.flatMap(again, (id) => remove(id)))
    }), 180_000)

  it.effect("remove by force: the request and the end of the run", () =>
    Effect.gen(function*() {
      const one = yield* running
      within("remove, running by force", 5, [sumOf(yield* callsOf(remove(one, "?force=1")))], "alone")
      const many = yield* Effect.all(Array.from({ length: 10 }, () => running), { concurrency: 5 })
      const calls = yield* callsOf(Effect.forEach(many, (id) => remove(id, "?force=1"), { concurrency: "unbounded" }))
      within("remove, running by force", 5, [sumOf(calls) / 10], "10 at once, mean")
    }), 120_000)

  it.effect("acts on what runs", () =>
    Effect.gen(function*() {
      const id = yield* running
      const post = (path: string, body?: unknown) => Effect.map(ask("POST", `/containers/${id}/${path}`, body), ({ count }) => count)
      for (const how of ["cold", "warm"]) {
        within("pause", 1, [yield* post("pause")], how)
        within("unpause", 1, [yield* post("unpause")], how)
        within("kill", 1, [yield* post("kill?signal=WINCH")], how)
        within("update", 1, [yield* post("update", { Memory: 64 << 20, MemorySwap: -1 })], how)
      }
      yield* measure("kill", 1, post("kill?signal=WINCH"))
      const detached = Effect.flatMap(exec(id, sleeper), ({ execId }) =>
        Effect.map(ask("POST", `/exec/${execId}/start`, { Detach: true }), ({ count }) => count))
      yield* measure("exec start", 2, detached)
      yield* remove(id, "?force=1")
      const terminal = yield* create(sleeper, { Tty: true, ...withoutNetwork })
      yield* start(terminal.id)
      const resize = Effect.map(ask("POST", `/containers/${terminal.id}/resize?h=30&w=90`), ({ count }) => count)
      yield* measure("resize", 1, resize)
      yield* remove(terminal.id, "?force=1")
    }), 120_000)

  it.effect("what happens by itself: exits of containers and execs", () =>
    Effect.gen(function*() {
      const ending = Effect.gen(function*() {
        const { id } = yield* create(["sleep", "1"], withoutNetwork)
        yield* start(id)
        return id
      })
      const id = yield* ending
      within("container exit", 1, [sumOf(yield* callsOf(ended(id)))], "alone")
      const many = yield* Effect.all(Array.from({ length: 10 }, () =>
        Effect.map(create(["sh", "-c", "trap 'exit 3' TERM; while :; do sleep 0.1; done"], withoutNetwork), ({ id }) => id)))
      yield* Effect.forEach(many, start, { concurrency: 5 })
      yield* realSleep(500)
      const kills = yield* callsOf(Effect.forEach(many, (id) =>
        Effect.andThen(ask("POST", `/containers/${id}/kill?signal=TERM`), wait(id)), { concurrency: "unbounded" }))
      within("container exit", 1, [(sumOf(kills) - 10) / 10], "10 at once, mean")

      const host = yield* running
      const execs = (count: number) =>
        Effect.forEach(Array.from({ length: count }), () =>
          Effect.flatMap(exec(host, ["true"]), ({ execId }) => ask("POST", `/exec/${execId}/start`, { Detach: true })), { concurrency: "unbounded" })
      within("exec start and exit", 3, [sumOf(yield* callsOf(execs(1)))], "alone")
      within("exec start and exit", 3, [sumOf(yield* callsOf(execs(10))) / 10], "10 at once, mean")
    }), 120_000)

  it.effect("a whole life: create, start, wait, remove", () =>
    Effect.gen(function*() {
      const calls = yield* callsOf(Effect.gen(function*() {
        const { id } = yield* create(["true"])
        yield* start(id)
        yield* wait(id)
        yield* remove(id)
      }))
      within("create + start + wait + rm of true", 9, [sumOf(calls)], "alone")
      assert.deepStrictEqual(calls, {
        "Snapshots/Prepare": 1, "Store/Create": 1, "Containers/Create": 1, "Tasks/Create": 1, "Tasks/Start": 1, "held Tasks/Wait": 1,
        "Tasks/Delete": 1, "Containers/Delete": 1, "Snapshots/Remove": 1, "Store/Delete": 1
      })
    }))

  it.effect("boot takes as many, however many containers there are", () =>
    Effect.gen(function*() {
      const engine: Engine = yield* TestEngine
      const { json } = yield* ask("GET", "/containers/json?all=1")
      for (const { Id } of json) yield* remove(Id, "?force=1")
      const boot = Effect.gen(function*() {
        yield* engine.stop
        yield* engine.start
        // Waits until the restore is through.
        yield* create(["true"]).pipe(Effect.flatMap(({ id }) => remove(id)))
        yield* quiet
        const calls = since(new Map(), yield* metrics)
        for (const other of ["Snapshots/Prepare", "Snapshots/Remove", "Store/Create", "Store/Delete"]) delete calls[other]
        // Bringing up a containerd of its own: until it answers, and whether it is whole.
        delete calls["Introspection/Plugins"]
        const counted: Record<string, number> = { ...calls, "Version/Version": 1 }
        return counted
      })
      const empty = yield* boot
      const live = yield* Effect.all(Array.from({ length: 5 }, () => running), { concurrency: 5 })
      yield* Effect.all(Array.from({ length: 10 }, () => Effect.flatMap(create(["true"], withoutNetwork), ({ id }) => Effect.andThen(start(id), wait(id)))), { concurrency: 5 })
      const full = yield* boot
      assert.deepStrictEqual(full, { ...empty, "held Tasks/Wait": live.length })
      within("boot", 7, [sumOf(empty)], "nothing there")
      within("boot", 7, [sumOf(full)], "5 live and 10 stopped")
      const after = yield* ask("GET", "/containers/json")
      assert.lengthOf(after.json, live.length)
      yield* expectClean(engine)
    }), 180_000)
})
