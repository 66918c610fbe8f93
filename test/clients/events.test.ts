import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestEngine } from "../support/engine.ts"
import { rawConnection, rawHttp } from "../support/rawHttp.ts"
import { becomes, docker, field, output, prints, trapping } from "./cli.ts"
import { actions, eventRecords, momentFromNow, pastActions, watchEvents } from "./eventStream.ts"

const idle = ["busybox", "sh", "-c", "trap 'exit 0' TERM; trap : HUP; echo ready; while :; do sleep 0.05; done"]

/** Starts a container that ends at SIGTERM at once, and is told nothing by SIGHUP. */
const startIdle = (name: string, flags: ReadonlyArray<string> = []) =>
  Effect.andThen(output("run -d --name", [name, ...flags, ...idle]), prints(name, "ready"))

/** What one command makes a running container tell, up to and with an action. */
const toldBy = Effect.fnUntraced(function*(name: string, command: Effect.Effect<unknown, never, TestEngine>, last: string) {
  const events = yield* watchEvents({ container: [name] })
  yield* command
  return actions(yield* events.until(last))
}, Effect.scoped)

layer(TestEngine.layer(), { excludeTestServices: true })("events", (it) => {
  it.effect("create, start, die when a container runs to its end", () =>
    Effect.gen(function*() {
      yield* output("run --name once busybox true")
      assert.deepStrictEqual(yield* pastActions("once"), ["create", "attach", "start", "die"])
    }))

  it.effect("create and start apart, with the network between them", () =>
    Effect.gen(function*() {
      const events = yield* watchEvents()
      const id = yield* output("create --name apart busybox true")
      yield* output("start apart")
      const told = (yield* events.until("die")).filter(({ Actor }) => Actor.ID === id || Actor.Attributes["container"] === id)
      assert.deepStrictEqual(told.map(({ Action, Type }) => `${Type} ${Action}`), [
        "container create", "network connect", "container start", "container die"
      ])
    }))

  it.effect("kill, then stop and die when a container is stopped", () =>
    Effect.gen(function*() {
      yield* startIdle("stopped")
      const events = yield* watchEvents({ container: ["stopped"] })
      yield* output("stop stopped")
      yield* events.until("stop")
      const told = yield* events.until("die")
      assert.deepStrictEqual([actions(told)[0], told[0]?.Actor.Attributes["signal"]], ["kill", "15"])
      assert.deepStrictEqual((yield* pastActions("stopped")).slice(2).toSorted(), ["die", "kill", "stop"])
    }))

  it.effect("a second kill when a container ignores its stop signal", () =>
    Effect.gen(function*() {
      yield* output("run -d --name stubborn busybox", trapping("trap : TERM"))
      yield* prints("stubborn", "ready")
      const events = yield* watchEvents({ container: ["stubborn"] })
      yield* output("stop -t 1 stubborn")
      yield* events.until("stop")
      const told = yield* events.until("die")
      const kills = told.filter(({ Action }) => Action === "kill")
      assert.deepStrictEqual(kills.map(({ Actor }) => Actor.Attributes["signal"]), ["15", "9"])
      assert.strictEqual(told.findLast(({ Action }) => Action === "die")?.Actor.Attributes["exitCode"], "137")
    }))

  it.effect("kill and die when a container is killed", () =>
    Effect.gen(function*() {
      yield* startIdle("killed")
      assert.deepStrictEqual(yield* toldBy("killed", output("kill killed"), "die"), ["kill", "die"])
    }))

  it.effect("kill alone for a signal that does no harm", () =>
    Effect.gen(function*() {
      yield* startIdle("unharmed")
      yield* output("kill -s HUP unharmed")
      yield* output("kill -s HUP unharmed")
      assert.deepStrictEqual(yield* pastActions("unharmed"), ["create", "start", "kill", "kill"])
      assert.strictEqual(yield* field("unharmed", ".State.Status"), "running")
    }))

  it.effect("kill, die, destroy when a running container is removed by force", () =>
    Effect.gen(function*() {
      yield* startIdle("forced")
      assert.deepStrictEqual(yield* toldBy("forced", output("rm -f forced"), "destroy"), ["kill", "die", "destroy"])
    }))

  it.effect("destroy alone when a stopped container is removed", () =>
    Effect.gen(function*() {
      yield* output("run --name over busybox true")
      assert.deepStrictEqual(yield* toldBy("over", output("rm over"), "destroy"), ["destroy"])
    }))

  it.effect("die and destroy, each once, with --rm", () =>
    Effect.gen(function*() {
      yield* output("run --rm --name gone busybox true")
      assert.deepStrictEqual(yield* pastActions("gone"), ["create", "attach", "start", "die", "destroy"])
    }))

  it.effect("kill, die and stop, start, restart when a container is restarted, which never shows as restarting", () =>
    Effect.gen(function*() {
      yield* startIdle("again")
      const told = yield* toldBy("again", output("restart again"), "restart")
      assert.deepStrictEqual([told[0], told.slice(1, 3).toSorted(), told.slice(3)], ["kill", ["die", "stop"], ["start", "restart"]])
      assert.deepStrictEqual([yield* field("again", ".State.Status"), yield* field("again", ".RestartCount")], ["running", "0"])
    }))

  it.effect("oom before die when memory runs out", () =>
    Effect.gen(function*() {
      const { code } = yield* docker("run --name hungry --memory 16m --memory-swap 16m busybox sh -c", [
        "exec tail /dev/zero"
      ])
      assert.strictEqual(code, 137)
      assert.deepStrictEqual(yield* pastActions("hungry"), ["create", "attach", "start", "oom", "die"])
      assert.strictEqual(yield* field("hungry", ".State.OOMKilled"), "true")
    }))

  it.effect("exec_create, exec_start, exec_die for an exec, with its command and its exit code", () =>
    Effect.gen(function*() {
      yield* startIdle("host")
      const events = yield* watchEvents({ container: ["host"] })
      assert.strictEqual((yield* docker("exec host sh -c", ["exit 7"])).code, 7)
      const told = yield* events.until("exec_die")
      assert.deepStrictEqual(actions(told), ["exec_create: sh -c exit 7", "exec_start: sh -c exit 7", "exec_die"])
      assert.strictEqual(new Set(told.map(({ Actor }) => Actor.Attributes["execID"])).size, 1)
      assert.strictEqual(told.at(-1)?.Actor.Attributes["exitCode"], "7")
    }))

  it.effect("exec_die before die when a container ends under an exec", () =>
    Effect.gen(function*() {
      yield* startIdle("under")
      yield* output("exec -d under sleep 1000")
      const told = yield* toldBy("under", output("kill under"), "die")
      assert.deepStrictEqual(told.filter((action) => action !== "kill"), ["exec_die", "die"])
    }))

  it.effect("rename with the old name, pause, unpause, top", () =>
    Effect.gen(function*() {
      yield* startIdle("before")
      const id = yield* field("before", ".Id")
      const events = yield* watchEvents({ container: [id] })
      yield* output("pause before")
      yield* output("unpause before")
      yield* output("rename before after")
      yield* output("top after")
      const told = yield* events.until("top")
      assert.deepStrictEqual(actions(told), ["pause", "unpause", "rename", "top"])
      const { name, oldName } = told[2]?.Actor.Attributes ?? {}
      assert.deepStrictEqual({ name, oldName }, { name: "after", oldName: "/before" })
    }))

  it.effect("carry labels, image and name; die its exit code and how long the container ran", () =>
    Effect.gen(function*() {
      const id = yield* output("create --name labelled --label io.example.key=value busybox sh -c", ["exit 3"])
      const events = yield* watchEvents({ container: ["labelled"] })
      yield* docker("start -a labelled")
      const died = (yield* events.until("die")).at(-1)
      assert.deepStrictEqual(died?.Actor, {
        ID: id,
        Attributes: {
          "io.example.key": "value", image: "busybox", name: "labelled", exitCode: "3", execDuration: "0"
        }
      })
      assert.deepStrictEqual([died?.Type, died?.scope], ["container", "local"])
    }))

  it.effect("of the past can be asked for by time, container, event, label and type", () =>
    Effect.gen(function*() {
      const since = momentFromNow()
      yield* output("run --name asked --label who=asked busybox true")
      const past = (filters: ReadonlyArray<string>) =>
        Effect.map(
          output("events --format {{.Type}}:{{.Action}} --until", [momentFromNow(), "--since", since, ...filters.flatMap((each) => ["--filter", each])]),
          (text) => text.split("\n").filter((line) => line !== "")
        )
      assert.deepStrictEqual(yield* past(["container=asked", "event=die"]), ["container:die"])
      assert.deepStrictEqual(yield* past(["label=who=asked", "event=create", "event=start"]), ["container:create", "container:start"])
      assert.deepStrictEqual(yield* past(["label=who=nobody"]), [])
      assert.deepStrictEqual(yield* past(["type=network", "container=asked"]), [])
      assert.include(yield* past(["type=network"]), "network:connect")
      assert.include(yield* past(["image=busybox"]), "container:die")
    }))

  it.effect("come with status, id and from for clients below 1.52, and without them for newer ones", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      yield* output("run --rm --name shaped busybox true")
      const filters = encodeURIComponent(JSON.stringify({ container: ["shaped"], event: ["die"] }))
      const ask = (version: string) =>
        Effect.map(rawHttp(socket, "GET", `${version}/events?since=0&until=${momentFromNow()}&filters=${filters}`), ({ body }) =>
          Object.keys(JSON.parse(body.toString()) as object))
      const common = ["Type", "Action", "Actor", "scope", "time", "timeNano"]
      assert.includeMembers(yield* ask("/v1.51"), ["status", "id", "from", ...common])
      assert.includeMembers(yield* ask("/v1.24"), ["status", "id", "from", ...common])
      assert.notIncludeMembers(yield* ask("/v1.52"), ["status"])
      assert.notIncludeMembers(yield* ask(""), ["from"])
    }))

  it.effect("refuse a since that lies behind until", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const { body, status } = yield* rawHttp(socket, "GET", "/v1.51/events?since=200&until=100")
      assert.strictEqual(status, 400)
      assert.match(body.toString(), /`since` time \(.*\) cannot be after `until` time \(.*\)/)
    }))

  it.effect("lose nothing for a reader that reads nothing for a while, and keep their order", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      yield* startIdle("noisy", ["--label", `filler=${"x".repeat(60_000)}`])
      const slow = yield* rawConnection(socket)
      const filters = encodeURIComponent(JSON.stringify({ container: ["noisy"] }))
      yield* slow.pause
      yield* slow.write(`GET /v1.51/events?filters=${filters} HTTP/1.1\r\nHost: gantry\r\n\r\n`)
      const signal = Effect.andThen(
        rawHttp(socket, "POST", "/v1.51/containers/noisy/kill?signal=HUP"),
        rawHttp(socket, "POST", "/v1.51/containers/noisy/kill?signal=WINCH")
      )
      yield* Effect.repeat(signal, { times: 19 })
      yield* slow.resume
      yield* output("rename noisy noisy-no-more")
      const received = yield* slow.until((bytes) => bytes.includes(`"Action":"rename"`))
      const told = [...received.toString().matchAll(/"signal":"(\d+)"/g)].map(([, signal]) => signal)
      assert.deepStrictEqual(told, Array.from({ length: 20 }, () => ["1", "28"]).flat())
    }))

  it.effect("of a container and its command line agree with docker events", () =>
    Effect.gen(function*() {
      yield* output("run --name agreeing busybox true")
      yield* becomes("agreeing", ".State.Status", "exited")
      const { socket } = yield* TestEngine
      const filters = encodeURIComponent(JSON.stringify({ container: { agreeing: true } }))
      const { body } = yield* rawHttp(socket, "GET", `/v1.51/events?since=0&until=${momentFromNow()}&filters=${filters}`)
      assert.deepStrictEqual(actions(eventRecords(body.toString())), yield* pastActions("agreeing"))
    }))
})
