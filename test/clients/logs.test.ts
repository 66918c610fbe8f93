import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync } from "node:fs"
import { TestEngine } from "../support/engine.ts"
import { becomes, docker, ending, field, output, prints } from "./cli.ts"

const ended = (name: string, script: string, ...flags: ReadonlyArray<string>) =>
  Effect.andThen(output(`run -d --name ${name}`, [...flags, "busybox", "sh", "-c", script]), output(`wait ${name}`))

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("docker logs", (it) => {
  it.effect("gives what a container has printed, both streams apart", () =>
    Effect.gen(function*() {
      yield* ended("plain", "echo out; echo err >&2; printf unfinished")
      assert.deepStrictEqual(ending(yield* docker("logs plain")), { code: 0, stdout: "out\nunfinished", stderr: "err\n" })
      assert.deepStrictEqual(ending(yield* docker("logs nowhere")), {
        code: 1, stdout: "", stderr: "Error response from daemon: No such container: nowhere\n"
      })
    }))

  it.effect("-f follows 200,000 lines from the first to the last, none lost or torn", () =>
    Effect.gen(function*() {
      yield* output("create --name flood busybox seq 200000")
      yield* output("start flood")
      const { code, stdout } = yield* docker("logs -f flood")
      const lines = stdout.split("\n")
      assert.deepStrictEqual([code, lines.length, lines.pop()], [0, 200_001, ""])
      assert.isTrue(lines.every((line, index) => line === `${index + 1}`))
      assert.strictEqual((yield* docker("logs flood")).stdout, stdout)
      assert.strictEqual((yield* docker("logs -f flood")).stdout, stdout)
    }))

  it.effect("-f follows through rotations, and what rotation kept can be read", () =>
    Effect.gen(function*() {
      yield* output("create -i --name turned --log-opt max-size=100k --log-opt max-file=3 busybox sh -c", ["read go; seq 20000"])
      yield* output("start turned")
      const [followed] = yield* Effect.all([
        docker("logs -f turned"),
        Effect.andThen(output("exec turned true"), docker("attach turned", [], { stdin: "go\n" }))
      ], { concurrency: 2 })
      const lines = followed.stdout.trimEnd().split("\n").map(Number)
      assert.strictEqual(lines.at(-1), 20_000)
      assert.isTrue(lines.every((line, index) => index === 0 || line === (lines[index - 1] ?? 0) + 1))
      const kept = (yield* docker("logs turned")).stdout.trimEnd().split("\n").map(Number)
      assert.strictEqual(kept.at(-1), 20_000)
      assert.isTrue(kept.length < 20_000 && kept.every((line, index) => line === 20_000 - kept.length + index + 1))
      const path = yield* field("turned", ".LogPath")
      assert.deepStrictEqual([path, `${path}.1`, `${path}.2`, `${path}.3`].map((file) => existsSync(file)), [true, true, true, false])
    }))

  it.effect("--tail gives the last lines", () =>
    Effect.gen(function*() {
      yield* ended("long", "seq 1000")
      assert.strictEqual(yield* output("logs --tail 3 long"), "998\n999\n1000")
      assert.strictEqual(yield* output("logs --tail 0 long"), "")
      assert.strictEqual((yield* output("logs --tail all long")).split("\n").length, 1000)
      assert.strictEqual((yield* output("logs --tail 5000 long")).split("\n").length, 1000)
    }))

  it.effect("--tail with -f begins there and goes on", () =>
    Effect.gen(function*() {
      yield* output("run -di --name going busybox sh -c", ["seq 10; read go; echo more"])
      yield* prints("going", "10\n")
      const [followed] = yield* Effect.all([
        docker("logs -f --tail 2 going"),
        Effect.andThen(output("exec going true"), docker("attach going", [], { stdin: "go\n" }))
      ], { concurrency: 2 })
      assert.strictEqual(followed.stdout, "9\n10\nmore\n")
    }))

  it.effect("-t puts the time before each line, --since and --until choose by it", () =>
    Effect.gen(function*() {
      yield* ended("timed", "echo one; sleep 0.1; echo two; sleep 0.1; echo three")
      const lines = (yield* output("logs -t timed")).split("\n").map((line) => line.split(" "))
      assert.deepStrictEqual(lines.map(([, text]) => text), ["one", "two", "three"])
      const [, second = ""] = lines.map(([time]) => time ?? "")
      assert.match(second, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/)
      assert.strictEqual(yield* output(`logs --since ${second} timed`), "two\nthree")
      assert.strictEqual(yield* output(`logs --until ${second} timed`), "one\ntwo")
      assert.strictEqual(yield* output("logs --since 10m timed"), "one\ntwo\nthree")
      assert.strictEqual(yield* output("logs --until 10m timed"), "")
    }))

  it.effect("--details shows the labels and variables that --log-opt chose", () =>
    Effect.gen(function*() {
      yield* ended("tagged", "echo line", "--label", "team=a b", "--label", "other=x", "-e", "STAGE=test",
        "--log-opt", "labels=team", "--log-opt", "env=STAGE")
      assert.strictEqual(yield* output("logs --details tagged"), "STAGE=test,team=a+b line")
      assert.strictEqual(yield* output("logs tagged"), "line")
    }))

  it.effect("the file is one JSON object a line, in Docker's words", () =>
    Effect.gen(function*() {
      yield* ended("filed", "printf '<a> & \"b\"\\n'")
      const text = readFileSync(yield* field("filed", ".LogPath"), "utf8")
      assert.match(text, /^\{"log":"\\u003ca\\u003e \\u0026 \\"b\\"\\n","stream":"stdout","time":"[^"]+Z"\}\n$/)
    }))

  it.effect("long lines come back whole", () =>
    Effect.gen(function*() {
      yield* ended("wide", "head -c 100000 /dev/zero | tr '\\0' x; echo; echo short")
      assert.strictEqual(yield* output("logs wide"), `${"x".repeat(100_000)}\nshort`)
      assert.strictEqual(yield* output("logs --tail 1 wide"), "short")
    }))

  it.effect("a terminal's output comes as it was", () =>
    Effect.gen(function*() {
      yield* ended("screen", "echo out; echo err >&2", "-t")
      assert.deepStrictEqual(ending(yield* docker("logs screen")), { code: 0, stdout: "out\r\nerr\r\n", stderr: "" })
    }))

  it.effect("all runs of a container are in its log", () =>
    Effect.gen(function*() {
      yield* ended("again", "echo run")
      yield* output("start -a again")
      yield* becomes("again", ".State.Running", "false")
      assert.strictEqual(yield* output("logs again"), "run\nrun")
    }))

  it.effect("--log-driver none keeps no log, but attach and run see the output", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* output("run --log-driver none --name dark busybox echo seen"), "seen")
      assert.deepStrictEqual(ending(yield* docker("logs dark")), {
        code: 1, stdout: "", stderr: "Error response from daemon: configured logging driver does not support reading\n"
      })
    }))

  it.effect("log options that can't be are refused at create", () =>
    Effect.gen(function*() {
      const refused = yield* docker("create --log-opt color=red busybox true")
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "unknown log opt 'color' for json-file log driver")
      assert.notStrictEqual((yield* docker("create --log-driver nowhere busybox true")).code, 0)
    }))
})
