import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { startDaemon } from "../support/daemon.ts"
import { TestEngine } from "../support/engine.ts"
import { stackProgram } from "../support/stack.ts"
import { tempDirectory } from "../support/tempDirectory.ts"
import { docker, ending, field, output, prints, sha256, trapping } from "./cli.ts"

const help = "\n\nRun 'docker run --help' for more information\n"

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("docker run", (it) => {
  it.effect("ends with the exit code of the command", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* docker("run --rm busybox true")).code, 0)
      assert.strictEqual((yield* docker("run --rm busybox false")).code, 1)
      assert.strictEqual((yield* docker("run --rm busybox sh -c", ["exit 42"])).code, 42)
    }))

  it.effect("keeps standard output and standard error apart", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run --rm busybox sh -c", ["echo out; echo err >&2; echo out again"])
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "out\nout again\n", stderr: "err\n" })
    }))

  it.effect("attaches to those streams alone that -a names", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run --rm -a stderr busybox sh -c", ["echo out; echo err >&2; exit 3"])
      assert.deepStrictEqual(ending(finished), { code: 3, stdout: "", stderr: "err\n" })
    }))

  it.effect("carries 64 MiB through cat, unchanged", () =>
    Effect.gen(function*() {
      const input = randomBytes(64 * 1024 * 1024)
      const { bytes, code } = yield* docker("run --rm -i --log-driver none busybox cat", [], { stdin: input })
      assert.deepStrictEqual([code, bytes.length, sha256(bytes)], [0, input.length, sha256(input)])
    }))

  it.effect("with -i ends the command's input where its own ends", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run --rm -i busybox sh -c", ["cat; echo end"], { stdin: "one\ntwo\n" })
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "one\ntwo\nend\n", stderr: "" })
    }))

  it.effect("without -i gives the command an empty input", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run --rm busybox sh -c", ["cat; echo end"], { stdin: "one\n" })
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "end\n", stderr: "" })
    }))

  it.effect("ends with a command that leaves its input unread", () =>
    Effect.gen(function*() {
      const finished = yield* docker("run --rm -i busybox head -n 1", [], { stdin: "line\n".repeat(1_000_000) })
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "line\n", stderr: "" })
    }))

  it.effect("loses nothing of what a command writes right before it ends", () =>
    Effect.gen(function*() {
      const { bytes, code } = yield* docker("run --rm busybox dd if=/dev/zero bs=1M count=8")
      assert.deepStrictEqual([code, sha256(bytes)], [0, sha256(Buffer.alloc(8 * 1024 * 1024))])
    }))

  for (const runtime of ["runc", "crun"]) {
    it.effect(`under ${runtime} ends with 127 if the command is not there`, () =>
      Effect.gen(function*() {
        const missing = yield* docker(`run --rm --runtime ${runtime} busybox nowhere`)
        assert.strictEqual(missing.code, 127)
        assert.match(missing.stderr, /^docker: Error response from daemon: failed to create task for container: /)
        assert.match(missing.stderr, /executable file (`nowhere` )?not found in \$PATH/)
        const path = yield* docker(`run --rm --runtime ${runtime} busybox /bin/nowhere`)
        assert.strictEqual(path.code, 127)
        assert.include(path.stderr, "no such file or directory")
      }))

    it.effect(`under ${runtime} ends with 126 if the command can't be executed`, () =>
      Effect.gen(function*() {
        const file = yield* docker(`run --rm --runtime ${runtime} busybox /etc/passwd`)
        assert.strictEqual(file.code, 126)
        assert.include(file.stderr, "permission denied")
        const directory = yield* docker(`run --rm --runtime ${runtime} busybox /etc`)
        assert.strictEqual(directory.code, 126)
        assert.strictEqual(yield* output("ps -aq"), "")
      }))

    it.effect(`under ${runtime} ends with 137 and 143 after SIGKILL and SIGTERM`, () =>
      Effect.gen(function*() {
        const run = `run --rm --init --runtime ${runtime} busybox sh -c`
        assert.strictEqual((yield* docker(run, ["kill -KILL $$"])).code, 137)
        assert.strictEqual((yield* docker(run, ["kill -TERM $$"])).code, 143)
      }))
  }

  it.effect("ends with 125 if a flag's value is bad", () =>
    Effect.gen(function*() {
      const here = yield* docker("run --rm --memory much busybox true")
      assert.strictEqual(here.code, 125)
      assert.include(here.stderr, `invalid argument "much" for "-m, --memory" flag`)
      const there = yield* docker("run --rm --memory 1m busybox true")
      assert.deepStrictEqual(ending(there), {
        code: 125, stdout: "", stderr: `docker: Error response from daemon: Minimum memory limit allowed is 6MB${help}`
      })
    }))

  it.effect("ends with 125 if the image is not here, and says which", () =>
    Effect.gen(function*() {
      const never = yield* docker("run --rm --pull never nowhere true")
      assert.deepStrictEqual(ending(never), {
        code: 125, stdout: "", stderr: `docker: Error response from daemon: No such image: nowhere:latest${help}`
      })
      const pulled = yield* docker("run --rm 127.0.0.1:9/nowhere true")
      assert.strictEqual(pulled.code, 125)
      assert.match(pulled.stderr, /^Unable to find image '127\.0\.0\.1:9\/nowhere:latest' locally\n/)
    }))

  it.effect("ends with 125 if the runtime or the name can't be", () =>
    Effect.gen(function*() {
      const runtime = yield* docker("run --rm --runtime nowhere busybox true")
      assert.strictEqual(runtime.code, 125)
      assert.include(runtime.stderr, "unknown or invalid runtime name: nowhere")
      const name = yield* docker("run --rm --name", ["a b", "busybox", "true"])
      assert.strictEqual(name.code, 125)
      assert.include(name.stderr, "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")
    }))

  it.effect("refuses a name that another container has, and says which one", () =>
    Effect.gen(function*() {
      const id = yield* output("create --name taken busybox true")
      const second = yield* docker("run --name taken busybox true")
      assert.deepStrictEqual(ending(second), {
        code: 125,
        stdout: "",
        stderr: `docker: Error response from daemon: Conflict. The container name "/taken" is already in use by ` +
          `container "${id}". You have to remove (or rename) that container to be able to reuse that name.${help}`
      })
      yield* output("rm taken")
    }))

  it.effect("without --rm keeps a container that could not be started, with the reason", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* docker("run --name broken busybox nowhere")).code, 127)
      assert.strictEqual(yield* field("broken", ".State.Status"), "created")
      assert.strictEqual(yield* field("broken", ".State.ExitCode"), "127")
      assert.match(yield* field("broken", ".State.Error"), /executable file.* not found in \$PATH/)
      yield* output("rm broken")
    }))

  it.effect("with --rm leaves nothing behind", () =>
    Effect.gen(function*() {
      const { directory } = yield* TestEngine
      const id = yield* output("run --rm busybox hostname")
      assert.strictEqual(yield* output("ps -aq --no-trunc"), "")
      assert.isFalse(existsSync(join(directory, "data/containers", id)))
      assert.strictEqual((yield* docker(`inspect ${id}`)).code, 1)
    }))

  it.effect("with -d prints the id and lets the container run", () =>
    Effect.gen(function*() {
      const id = yield* output("run -d --name apart busybox sh -c", ["sleep 0.3; exit 9"])
      assert.match(id, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* output("wait apart"), "9")
      yield* output(`rm ${id.slice(0, 7)}`)
    }))

  it.effect("with -d and --rm removes the container when it ends", () =>
    Effect.gen(function*() {
      const id = yield* output("run -d --rm busybox cat /proc/1/stat")
      yield* docker(`wait ${id}`)
      const gone = yield* docker(`wait ${id}`)
      assert.include(["", `Error response from daemon: No such container: ${id}\n`], gone.stderr)
    }))

  it.effect("writes the id to --cidfile", () =>
    Effect.gen(function*() {
      const file = join(yield* tempDirectory(), "cid")
      yield* output("run --name noted --cidfile", [file, "busybox", "true"])
      assert.strictEqual(readFileSync(file, "utf8"), yield* field("noted", ".Id"))
      yield* output("rm noted")
    }))

  it.effect("hands on the signals that it gets", () =>
    Effect.gen(function*() {
      const { docker: cli } = yield* TestEngine
      const logFile = join(yield* tempDirectory(), "log")
      const run = yield* startDaemon(stackProgram("docker"), [
        "run", "--rm", "--name", "proxied", "busybox", ...trapping(`trap "exit 5" HUP; trap "exit 6" TERM`)
      ], { logFile, env: cli.env })
      yield* prints("proxied", "ready")
      yield* run.signal("SIGHUP")
      assert.strictEqual(yield* run.exit, 5)
    }))
})
