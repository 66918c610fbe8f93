import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { request as httpRequest } from "node:http"
import { NameInUse, OperationFailed, StartFailed, WrongState } from "../../../src/engine/containers/ContainerFailures.ts"
import type { ListQuery, LogQuery, StopOptions } from "../../../src/engine/containers/Containers.ts"
import type { HostConfig } from "../../../src/model/HostConfig.ts"
import { id, view } from "./fakeEngine.ts"
import { json, serve } from "./testServer.ts"

const post = { method: "POST" }
const messageOf = (text: string): string => JSON.parse(text).message

describe("start", () => {
  it.live("tells started from already running, and takes the bodies that clients send without need", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        containers: { start: (reference) => Effect.succeed(reference === "up" ? "already-running" : "started") }
      })
      assert.strictEqual((yield* ask("/containers/web/start", post)).status, 204)
      assert.strictEqual((yield* ask("/containers/up/start", post)).status, 304)
      for (const body of ["", "{}", "null"]) assert.strictEqual((yield* ask("/containers/web/start", json(body))).status, 204)
      const refused = yield* ask("/containers/web/start", json({ Binds: [] }))
      assert.strictEqual(refused.status, 400)
      assert.match(messageOf(refused.text), /^starting container with non-empty request body was deprecated/)
    }))

  it.live("gives a failure the status by which docker run finds its exit code", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        containers: {
          start: (reference) =>
            Effect.fail(new StartFailed({ containerId: id, exitCode: reference === "a" ? 127 : 128, message: "no such file or directory" }))
        }
      })
      assert.strictEqual((yield* ask("/containers/a/start", post)).status, 400)
      assert.strictEqual((yield* ask("/containers/b/start", post)).status, 500)
    }))
})

describe("stop, restart, kill and others", () => {
  it.live("pass on what was asked", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const note = (...what: ReadonlyArray<unknown>) => Effect.sync(() => {
        seen.push(what)
      })
      const { ask } = yield* serve({
        containers: {
          stop: (name, options: StopOptions) => Effect.as(note("stop", name, options), name === "off" ? "not-running" : "stopped"),
          restart: (name, options) => note("restart", name, options),
          kill: (name, signal) => note("kill", name, signal),
          pause: (name) => note("pause", name),
          unpause: (name) => note("unpause", name),
          rename: (name, to) => note("rename", name, to),
          resize: (name, size) => note("resize", name, size),
          remove: (name, options) => note("remove", name, options)
        }
      })
      const statuses: Array<number> = []
      for (const url of [
        "/containers/a/stop?t=5&signal=INT", "/v1.41/containers/a/stop?t=-1&signal=INT", "/containers/off/stop", "/containers/a/restart",
        "/containers/a/kill", "/containers/a/kill?signal=HUP", "/containers/a/pause", "/containers/a/unpause",
        "/containers/a/rename?name=/b", "/containers/a/resize?h=24&w=80"
      ]) statuses.push((yield* ask(url, json("{}"))).status)
      statuses.push((yield* ask("/containers/a?force=1&v=true", { method: "DELETE" })).status)
      assert.deepStrictEqual(statuses, [204, 204, 304, 204, 204, 204, 204, 204, 204, 200, 204])
      assert.deepStrictEqual(seen, [
        ["stop", "a", { signal: "INT", timeoutSeconds: 5 }],
        ["stop", "a", { signal: undefined, timeoutSeconds: -1 }],
        ["stop", "off", { signal: undefined, timeoutSeconds: undefined }],
        ["restart", "a", { signal: undefined, timeoutSeconds: undefined }],
        ["kill", "a", ""],
        ["kill", "a", "HUP"],
        ["pause", "a"],
        ["unpause", "a"],
        ["rename", "a", "b"],
        ["resize", "a", { height: 24, width: 80 }],
        ["remove", "a", { force: true, volumes: true }]
      ])
    }))

  it.live("refuse in Docker's words", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        containers: {
          rename: (_, name) => Effect.fail(new NameInUse({ name, ownerId: id })),
          pause: () => Effect.fail(new WrongState({ containerId: id, message: `container ${id} is already paused` })),
          unpause: () => Effect.fail(new OperationFailed({ operation: "unpause", message: `Container ${id} is not paused` }))
        }
      })
      const taken = yield* ask("/containers/a/rename?name=b", post)
      assert.strictEqual(taken.status, 409)
      assert.match(messageOf(taken.text), /^Error when allocating new name: Conflict\. The container name "\/b" is already in use/)
      assert.strictEqual(messageOf((yield* ask("/containers/a/rename", post)).text), "Neither old nor new names may be empty")
      assert.strictEqual((yield* ask("/containers/a/pause", post)).status, 409)
      assert.strictEqual((yield* ask("/containers/a/unpause", post)).status, 500)
      assert.match(messageOf((yield* ask("/containers/a/resize?h=x&w=1", post)).text), /^invalid resize height "x": /)
    }))

  it.live("go on when the client is gone", () =>
    Effect.gen(function*() {
      const [begun, may, done] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<string>()]
      const { path } = yield* serve({
        containers: {
          stop: () =>
            Deferred.succeed(begun, undefined).pipe(
              Effect.andThen(Deferred.await(may)),
              Effect.onExit((exit) => Deferred.succeed(done, exit._tag)),
              Effect.as("stopped" as const)
            )
        }
      })
      const request = httpRequest({ socketPath: path, path: "/containers/a/stop", method: "POST" })
      request.on("error", () => {})
      request.end()
      yield* Deferred.await(begun)
      yield* Effect.callback<void>((resume) => {
        request.on("close", () => resume(Effect.void))
        request.destroy()
      })
      yield* Deferred.succeed(may, undefined)
      assert.strictEqual(yield* Deferred.await(done), "Success")
    }))
})

describe("update", () => {
  it.live("asks for what was said, and for nothing else", () =>
    Effect.gen(function*() {
      const asked: Array<Partial<HostConfig>> = []
      const { ask } = yield* serve({
        containers: {
          update: (_, changes) => Effect.sync(() => {
            asked.push(changes)
            return { warnings: [] }
          })
        }
      })
      const body = { Memory: 6291456, CpuShares: 0, PidsLimit: -1, RestartPolicy: { Name: "always", MaximumRetryCount: 0 } }
      assert.strictEqual((yield* ask("/containers/a/update", json(body))).text, `{"Warnings":[]}\n`)
      yield* ask("/containers/a/update", json({ CpusetCpus: "0", BlkioWeightDevice: [] }))
      yield* ask("/v1.39/containers/a/update", json({ PidsLimit: 5 }))
      assert.deepStrictEqual(asked, [
        { Memory: 6291456, PidsLimit: 0, RestartPolicy: { Name: "always", MaximumRetryCount: 0 } },
        { CpusetCpus: "0" },
        {}
      ])
    }))
})

describe("wait", () => {
  it.live("sends the head at once, and the body at the exit", () =>
    Effect.gen(function*() {
      const exit = Deferred.makeUnsafe<{ readonly statusCode: number; readonly error: string | undefined }>()
      const { path } = yield* serve({ containers: { wait: () => Effect.succeed(Deferred.await(exit)) } })
      const text = yield* Effect.callback<string>((resume) => {
        const request = httpRequest({ socketPath: path, path: "/containers/a/wait?condition=next-exit", method: "POST" }, (response) => {
          let all = `${response.statusCode} ${response.headers["content-type"]} `
          Deferred.doneUnsafe(exit, Effect.succeed({ statusCode: 3, error: undefined }))
          response.on("data", (part) => all += part)
          response.on("end", () => resume(Effect.succeed(all)))
        })
        request.end()
      })
      assert.strictEqual(text, `200 application/json {"StatusCode":3}\n`)
    }))

  it.live("refuses conditions that are none, and is undone when the client goes", () =>
    Effect.gen(function*() {
      const left = Deferred.makeUnsafe<void>()
      const { ask, path } = yield* serve({
        containers: {
          wait: () =>
            Effect.as(Effect.addFinalizer(() => Deferred.succeed(left, undefined)), Effect.never)
        }
      })
      assert.strictEqual(messageOf((yield* ask("/containers/a/wait?condition=x", post)).text), `invalid condition: "x"`)
      yield* Effect.callback<void>((resume) => {
        const request = httpRequest({ socketPath: path, path: "/containers/a/wait?condition=removed", method: "POST" }, (response) => {
          response.on("error", () => {})
          request.destroy()
          resume(Effect.void)
        })
        request.on("error", () => {})
        request.end()
      })
      yield* Deferred.await(left)
    }))
})

describe("list", () => {
  it.live("gives rows with the image's present name, and passes on what is asked for", () =>
    Effect.gen(function*() {
      const asked: Array<ListQuery> = []
      const { ask } = yield* serve({
        containers: {
          list: (query) => Effect.sync(() => {
            asked.push(query)
            return [view(), view({ state: { status: "exited", exitCode: 3 } })]
          })
        },
        images: { nameFor: () => Effect.succeed("sha256:abc") }
      })
      const filters = encodeURIComponent(`{"label":["a=b"],"status":{"running":true,"dead":false}}`)
      const [up, exited] = JSON.parse((yield* ask(`/containers/json?all=1&limit=2&filters=${filters}`)).text)
      assert.deepStrictEqual(asked, [{
        all: true, limit: 2, filters: new Map([["label", ["a=b"]], ["status", ["running"]]])
      }])
      assert.deepStrictEqual(Object.keys(up), [
        "Id", "Names", "Image", "ImageID", "Command", "Created", "Ports", "Labels", "State", "Status", "HostConfig",
        "NetworkSettings", "Mounts"
      ])
      assert.deepInclude(up, { Id: id, Names: ["/web"], Image: "sha256:abc", Command: "sh", Created: 1767323045, State: "running" })
      assert.match(up.Status, /^Up /)
      assert.match(exited.Status, /^Exited \(3\) .* ago$/)
      assert.strictEqual((yield* ask("/containers/json?filters=x")).status, 400)
      assert.strictEqual(messageOf((yield* ask("/containers/json?filters=x")).text), "invalid filter")
    }))
})

describe("logs", () => {
  const line = (stream: "stdout" | "stderr", text: string) => ({
    stream, timeNanos: 1_767_323_045_000_000_001n, line: Buffer.from(text), attrs: { b: "x y", a: "1" }
  })
  const served = Effect.gen(function*() {
    const asked: Array<LogQuery> = []
    const server = yield* serve({
      containers: {
        logs: (name, query) => Effect.sync(() => {
          asked.push(query)
          return { tty: name === "tty", entries: Stream.make(line("stdout", "hi\n"), line("stderr", "oops")) }
        })
      }
    })
    return { ...server, asked }
  })

  it.live("frames each line, with time and details before it when asked for", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const plain = yield* ask("/containers/a/logs?stdout=1&stderr=1")
      assert.strictEqual(plain.headers["content-type"], "application/vnd.docker.multiplexed-stream")
      assert.strictEqual(plain.text, "\x01\0\0\0\0\0\0\x03hi\n\x02\0\0\0\0\0\0\x04oops")
      const full = yield* ask("/v1.41/containers/tty/logs?stdout=1&timestamps=1&details=1")
      assert.strictEqual(full.headers["content-type"], "application/vnd.docker.raw-stream")
      assert.strictEqual(
        full.text,
        "2026-01-02T03:04:05.000000001Z a=1,b=x+y hi\n2026-01-02T03:04:05.000000001Z a=1,b=x+y oops"
      )
    }))

  it.live("reads tail and times as clients write them", () =>
    Effect.gen(function*() {
      const { ask, asked } = yield* served
      for (const query of ["tail=all&since=0", "tail=-1&until=0", "tail=0", "tail=5&follow=1&since=12.5&until=2026-01-02T03:04:05Z"]) {
        yield* ask(`/containers/a/logs?stdout=1&${query}`)
      }
      assert.deepStrictEqual(asked.map(({ follow, since, tail, until }) => [tail, since, until, follow]), [
        [undefined, undefined, undefined, false],
        [undefined, undefined, undefined, false],
        [0, undefined, undefined, false],
        [5, 12_500_000_000n, 1_767_323_045_000_000_000n, true]
      ])
      assert.strictEqual(messageOf((yield* ask("/containers/a/logs")).text), "must specify at least one of 'stdout' or 'stderr'")
    }))
})

it.live("gives the process table", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({
      containers: { top: (_, args) => Effect.succeed({ titles: ["PID"], processes: [[args]] }) }
    })
    assert.strictEqual((yield* ask("/containers/a/top?ps_args=-o+pid")).text, `{"Titles":["PID"],"Processes":[["-o pid"]]}\n`)
  }))

describe("prune", () => {
  it.live("passes filters on, and tells none from some", () =>
    Effect.gen(function*() {
      const asked: Array<unknown> = []
      const { ask } = yield* serve({
        containers: {
          prune: (filters) => Effect.sync(() => {
            asked.push(filters)
            return filters.size === 0 ? { removed: [], reclaimedBytes: 0 } : { removed: [id], reclaimedBytes: 7 }
          })
        }
      })
      const none = yield* ask("/containers/prune", post)
      assert.deepStrictEqual(JSON.parse(none.text), { ContainersDeleted: null, SpaceReclaimed: 0 })
      const some = yield* ask(`/containers/prune?filters=${encodeURIComponent(`{"label!":["a"]}`)}`, post)
      assert.deepStrictEqual(JSON.parse(some.text), { ContainersDeleted: [id], SpaceReclaimed: 7 })
      assert.deepStrictEqual(asked, [new Map(), new Map([["label!", ["a"]]])])
    }))
})

describe("sizes", () => {
  it.live("are measured for those who ask", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        containers: { list: () => Effect.succeed([view()]), size: () => Effect.succeed({ writableBytes: 1, rootfsBytes: 2 }) }
      })
      assert.deepInclude(JSON.parse((yield* ask("/containers/json?size=1")).text)[0], { Id: id, SizeRw: 1, SizeRootFs: 2 })
      assert.notProperty(JSON.parse((yield* ask("/containers/json")).text)[0], "SizeRw")
    }))
})
