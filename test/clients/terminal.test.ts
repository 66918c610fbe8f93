import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestEngine } from "../support/engine.ts"
import { eventually } from "../support/realTime.ts"
import { becomes, docker, ending, field, onTerminal, output, prints, trapping } from "./cli.ts"

const prompt = ["-e", "PS1=ready> "]
/** Typed, it echoes otherwise than it prints. */
const marked = (word: string) => `echo ${word[0]}''${word.slice(1)}\r`

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("docker on a terminal", (it) => {
  it.effect("run -it gives the command a terminal of the window's size, and its exit code back", () =>
    Effect.gen(function*() {
      const terminal = yield* onTerminal("run -it --rm", [...prompt, "busybox"], { columns: 97, rows: 31 })
      yield* terminal.shows("ready> ")
      yield* terminal.type("tty; echo size $(stty size)\r")
      yield* terminal.shows("/dev/pts/0")
      yield* eventually("the window's size", Effect.gen(function*() {
        yield* terminal.type("echo size $(stty size)\r")
        return /size 31 97\r/.test(yield* terminal.screen) || undefined
      }))
      yield* terminal.type("exit 5\r")
      assert.strictEqual(yield* terminal.exit, 5)
    }))

  it.effect("run -it tells the command when the window's size changes", () =>
    Effect.gen(function*() {
      const terminal = yield* onTerminal("run -it --rm", [...prompt, "busybox"])
      yield* terminal.shows("ready> ")
      yield* terminal.type(`trap 'stty size' WINCH; ${marked("trapped")}`)
      yield* terminal.shows("trapped\r")
      yield* terminal.resize(70, 20)
      yield* eventually("the new size", Effect.gen(function*() {
        yield* terminal.type("stty size\r")
        return (yield* terminal.screen).includes("20 70") || undefined
      }))
      yield* terminal.type("exit\r")
      yield* terminal.exit
    }))

  it.effect("run -it lets Ctrl-C interrupt the command's child, not the session", () =>
    Effect.gen(function*() {
      const terminal = yield* onTerminal("run -it --rm", [...prompt, "busybox"])
      yield* terminal.shows("ready> ")
      yield* terminal.type(`${marked("before").trimEnd()}; sleep 1000\r`)
      yield* terminal.shows("before\r")
      yield* terminal.type("\x03")
      yield* terminal.type("echo code $?\r")
      yield* terminal.shows("code 130\r")
      yield* terminal.type("\x04")
      yield* terminal.exit
    }))

  it.effect("run -it refuses to work without a terminal of its own", () =>
    Effect.gen(function*() {
      const refused = yield* docker("run -it --rm busybox true")
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "the input device is not a TTY")
    }))

  it.effect("run -t without -i joins both outputs, with the terminal's line ends", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run -t --rm busybox sh -c", ["echo out; echo err >&2"])
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "out\r\nerr\r\n", stderr: "" })
    }))

  it.effect("ctrl-p ctrl-q leaves the container running, and attach takes it up again", () =>
    Effect.gen(function*() {
      const first = yield* onTerminal("run -it --name left", [...prompt, "busybox"])
      yield* first.shows("ready> ")
      yield* first.type("here=still\r")
      yield* first.type("\x10\x11")
      assert.strictEqual(yield* first.exit, 0)
      assert.strictEqual(yield* field("left", ".State.Running"), "true")
      const second = yield* onTerminal("attach left")
      yield* second.type("\r")
      yield* second.shows("ready> ")
      yield* second.type("echo $here $here; exit 7\r")
      yield* second.shows("still still")
      assert.strictEqual(yield* second.exit, 7)
      yield* output("rm left")
    }))

  it.effect("--detach-keys are the keys that leave, and the usual ones are then keys like others", () =>
    Effect.gen(function*() {
      const first = yield* onTerminal("run -it --detach-keys ctrl-a,x --name keyed", [...prompt, "busybox"])
      yield* first.shows("ready> ")
      yield* first.type("\x10\x11")
      yield* first.type(marked("between"))
      yield* first.shows("between\r")
      yield* first.type("\x01x")
      assert.strictEqual(yield* first.exit, 0)
      const second = yield* onTerminal("attach --detach-keys ctrl-x keyed")
      yield* second.type("\r")
      yield* second.shows("ready> ")
      yield* second.type("\x18")
      yield* second.shows("read escape sequence")
      yield* second.exit
      assert.strictEqual(yield* field("keyed", ".State.Running"), "true")
      yield* output("rm -f keyed")
    }))

  it.effect("detach keys that can't be are refused", () =>
    Effect.gen(function*() {
      yield* output("run -dit --name refusing busybox")
      const refused = yield* onTerminal("attach --detach-keys ctrl-1 refusing")
      yield* refused.shows("400")
      assert.strictEqual(yield* refused.exit, 1)
      yield* output("rm -f refusing")
    }))

  it.effect("two attached clients see the same", () =>
    Effect.gen(function*() {
      yield* output("run -dit --name shared", [...prompt, "busybox"])
      const [one, two] = [yield* onTerminal("attach shared"), yield* onTerminal("attach shared")]
      yield* one.type("\r")
      yield* one.shows("ready> ")
      yield* two.type("\r")
      yield* two.shows("ready> ")
      yield* one.type("echo both $((1 + 1))\r")
      yield* one.shows("both 2")
      yield* two.shows("both 2")
      yield* two.type("exit 3\r")
      assert.deepStrictEqual([yield* one.exit, yield* two.exit], [3, 3])
      yield* output("rm shared")
    }))

  it.effect("attach without a terminal carries input and output, and gives the exit code", () =>
    Effect.gen(function*() {
      yield* output("run -di --name plain busybox sh -c", ["read line; echo got $line; echo lost >&2; exit 4"])
      const attached = yield* docker("attach plain", [], { stdin: "word\n" })
      assert.deepStrictEqual(ending(attached), { code: 4, stdout: "got word\n", stderr: "lost\n" })
      yield* output("rm plain")
    }))

  it.effect("attach --no-stdin only watches", () =>
    Effect.gen(function*() {
      yield* output("run -di --name watched busybox sh -c", ["read line; echo got $line; echo end"])
      const { first, second } = yield* Effect.all({
        first: docker("attach --no-stdin watched", [], { stdin: "from the watcher\n" }),
        second: Effect.gen(function*() {
          yield* output("exec watched true")
          return yield* docker("attach watched", [], { stdin: "from the other\n" })
        })
      }, { concurrency: 2 })
      assert.strictEqual(second.stdout, "got from the other\nend\n")
      assert.notInclude(first.stdout, "from the watcher")
      yield* output("rm watched")
    }))

  it.effect("attach without input ends with the container", () =>
    Effect.gen(function*() {
      yield* output("run -d --name trapped busybox", trapping(`trap "echo bye; exit 8" TERM`))
      yield* prints("trapped", "ready")
      const { attached } = yield* Effect.all({
        attached: docker("attach --no-stdin trapped"),
        stopped: Effect.andThen(output("exec trapped sleep 0.3"), output("stop trapped"))
      }, { concurrency: 2 })
      assert.strictEqual(attached.code, 8)
      assert.strictEqual(attached.stdout, "bye\n")
      yield* output("rm trapped")
    }))

  it.effect("attach is refused for a container that is stopped or paused", () =>
    Effect.gen(function*() {
      yield* output("create --name still busybox sleep 1000")
      const stopped = yield* docker("attach still")
      assert.deepStrictEqual(ending(stopped), {
        code: 1, stdout: "", stderr: "You cannot attach to a stopped container, start it first\n"
      })
      yield* output("start still")
      yield* output("pause still")
      const paused = yield* docker("attach still")
      assert.deepStrictEqual(ending(paused), {
        code: 1, stdout: "", stderr: "You cannot attach to a paused container, unpause it first\n"
      })
      yield* output("rm -f still")
    }))

  it.effect("create and start -ai are as run", () =>
    Effect.gen(function*() {
      yield* output("create -it --name later", [...prompt, "busybox"])
      const terminal = yield* onTerminal("start -ai later")
      yield* terminal.shows("ready> ")
      yield* terminal.type("exit 11\r")
      assert.strictEqual(yield* terminal.exit, 11)
      yield* output("rm later")
    }))

  it.effect("exec -it gives a terminal of its own, resized with the window", () =>
    Effect.gen(function*() {
      yield* output("run -d --name host busybox sleep 1000")
      const terminal = yield* onTerminal("exec -it", [...prompt, "host", "sh"], { columns: 91, rows: 33 })
      yield* terminal.shows("ready> ")
      yield* eventually("the window's size", Effect.gen(function*() {
        yield* terminal.type("stty size\r")
        return (yield* terminal.screen).includes("33 91") || undefined
      }))
      yield* terminal.resize(55, 22)
      yield* eventually("the new size", Effect.gen(function*() {
        yield* terminal.type("stty size\r")
        return (yield* terminal.screen).includes("22 55") || undefined
      }))
      yield* terminal.type("exit 6\r")
      assert.strictEqual(yield* terminal.exit, 6)
      assert.strictEqual(yield* field("host", ".State.Running"), "true")
      yield* output("rm -f host")
    }))

  it.effect("detach keys leave an exec that goes on", () =>
    Effect.gen(function*() {
      yield* output("run -d --name office busybox sleep 1000")
      const terminal = yield* onTerminal("exec -it", [...prompt, "office", "sh"])
      yield* terminal.shows("ready> ")
      yield* terminal.type("\x10\x11")
      yield* terminal.exit
      assert.include(yield* output("top office"), "sh")
      yield* output("rm -f office")
    }))

  it.effect("a hung-up terminal leaves the container running", () =>
    Effect.gen(function*() {
      yield* Effect.scoped(Effect.gen(function*() {
        const terminal = yield* onTerminal("run -it --sig-proxy=false --name hung", [...prompt, "busybox"])
        yield* terminal.shows("ready> ")
      }))
      yield* becomes("hung", ".State.Running", "true")
      yield* output("rm -f hung")
    }))
})
