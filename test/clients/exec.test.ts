import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { TestEngine } from "../support/engine.ts"
import { eventually } from "../support/realTime.ts"
import { tempDirectory } from "../support/tempDirectory.ts"
import { docker, ending, field, output, sha256 } from "./cli.ts"

/** A container to execute commands in. */
const host = (name: string, flags = "") => output(`run -d --name ${name} ${flags} busybox sleep 1000`.replace("  ", " "))

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("docker exec", (it) => {
  it.effect("runs a command in the container and ends with its exit code", () =>
    Effect.gen(function*() {
      const id = yield* host("one")
      const finished = yield* docker("exec one sh -c", ["hostname; echo err >&2; exit 33"])
      assert.deepStrictEqual(ending(finished), { code: 33, stdout: `${id.slice(0, 12)}\n`, stderr: "err\n" })
    }))

  it.effect("carries 8 MiB through cat, unchanged", () =>
    Effect.gen(function*() {
      const input = randomBytes(8 * 1024 * 1024)
      const { bytes, code } = yield* docker("exec -i one cat", [], { stdin: input })
      assert.deepStrictEqual([code, bytes.length, sha256(bytes)], [0, input.length, sha256(input)])
    }))

  it.effect("without -i gives the command an empty input", () =>
    Effect.gen(function*() {
      const finished = yield* docker("exec one sh -c", ["cat; echo end"], { stdin: "lost\n" })
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "end\n", stderr: "" })
    }))

  it.effect("ends with a command that leaves its input unread", () =>
    Effect.gen(function*() {
      const finished = yield* docker("exec -i one head -n 1", [], { stdin: "line\n".repeat(1_000_000) })
      assert.deepStrictEqual(ending(finished), { code: 0, stdout: "line\n", stderr: "" })
    }))

  it.effect("-t joins both outputs on a terminal", () =>
    Effect.gen(function*() {
      const finished = yield* docker("exec -t one sh -c", ["echo out; echo err >&2; exit 2"])
      assert.deepStrictEqual(ending(finished), { code: 2, stdout: "out\r\nerr\r\n", stderr: "" })
    }))

  it.effect("-d returns at once and lets the command run", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* output("exec -d one sh -c", ["echo done >/tmp/done; sleep 1000"]), "")
      yield* eventually("the detached command",
        Effect.map(docker("exec one cat /tmp/done"), ({ stdout }) => stdout === "done\n" || undefined))
    }))

  it.effect("-e and --env-file add to the container's environment", () =>
    Effect.gen(function*() {
      yield* host("env", "-e A=container -e B=container")
      const file = join(yield* tempDirectory(), "env")
      writeFileSync(file, "# a comment\nC=file\n")
      const text = yield* output("exec -e A=exec --env-file", [file, "env", "sh", "-c", "echo $A $B $C $HOSTNAME"])
      assert.match(text, /^exec container file [0-9a-f]{12}$/)
    }))

  it.effect("-u takes names, numbers and groups", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* output("exec -u alice one id"), "uid=1000(alice) gid=1000(alice) groups=10(wheel),1000(alice),1001(staff)")
      assert.strictEqual(yield* output("exec -u 1001:staff one id"), "uid=1001(bob) gid=1001(staff) groups=1001(staff)")
      assert.strictEqual(yield* output("exec -u 4242 one id -u"), "4242")
      const unknown = yield* docker("exec -u nobody-here one id")
      assert.notStrictEqual(unknown.code, 0)
      assert.include(unknown.stderr, "unable to find user nobody-here: no matching entries in passwd file")
    }))

  it.effect("-w sets the working directory; else it is the container's", () =>
    Effect.gen(function*() {
      yield* host("place", "-w /var/tmp")
      assert.strictEqual(yield* output("exec place pwd"), "/var/tmp")
      assert.strictEqual(yield* output("exec -w /home/alice place pwd"), "/home/alice")
    }))

  it.effect("runs as the container's user, with its capabilities", () =>
    Effect.gen(function*() {
      yield* host("limited", "-u bob --cap-drop ALL")
      assert.strictEqual(yield* output("exec limited id -un"), "bob")
      assert.include(yield* output("exec -u 0 limited grep CapBnd /proc/self/status"), "0000000000000000")
    }))

  it.effect("--privileged gives all capabilities to the command alone", () =>
    Effect.gen(function*() {
      const capabilities = (flags: string) => output(`exec ${flags}one grep CapEff /proc/self/status`)
      assert.include(yield* capabilities(""), "00000000a80425fb")
      const [all = ""] = /CapBnd.*/.exec(readFileSync("/proc/self/status", "utf8")) ?? []
      assert.strictEqual(yield* capabilities("--privileged "), all.replace("CapBnd", "CapEff"))
    }))

  it.effect("ends with 127 if the command is not there, and with 126 if it can't be executed", () =>
    Effect.gen(function*() {
      const missing = yield* docker("exec one nowhere")
      assert.strictEqual(missing.code, 127)
      assert.match(`${missing.stdout}${missing.stderr}`, /OCI runtime exec failed: .*executable file.* not found in \$PATH/)
      assert.strictEqual((yield* docker("exec one /etc/passwd")).code, 126)
      assert.strictEqual((yield* docker("exec -t one nowhere")).code, 127)
      const detached = yield* docker("exec -d one nowhere")
      assert.strictEqual(detached.code, 1)
      assert.match(detached.stderr, /^Error response from daemon: OCI runtime exec failed: .*executable file.* not found in \$PATH/)
    }))

  it.effect("ends with 127 and 126 likewise under runc", () =>
    Effect.gen(function*() {
      yield* host("old", "--runtime runc")
      assert.strictEqual((yield* docker("exec old nowhere")).code, 127)
      assert.strictEqual((yield* docker("exec old /etc/passwd")).code, 126)
      assert.strictEqual((yield* docker("exec old false")).code, 1)
    }))

  it.effect("is refused in a container that does not run, is paused, or is not there", () =>
    Effect.gen(function*() {
      const id = yield* output("create --name idle busybox sleep 1000")
      const refused = (stderr: string) => ({ code: 1, stdout: "", stderr: `Error response from daemon: ${stderr}\n` })
      assert.deepStrictEqual(ending(yield* docker("exec idle true")), refused(`container ${id} is not running`))
      yield* output("start idle")
      yield* output("pause idle")
      assert.deepStrictEqual(ending(yield* docker("exec idle true")),
        refused(`Container idle is paused, unpause the container before exec`.replace("idle", id)))
      assert.deepStrictEqual(ending(yield* docker("exec nowhere true")), refused("No such container: nowhere"))
    }))

  it.effect("twenty at once each get their own output and exit code", () =>
    Effect.gen(function*() {
      const numbers = Array.from({ length: 20 }, (_, i) => i)
      const ended = yield* Effect.forEach(numbers, (i) => docker("exec one sh -c", [`echo ${i}; exit ${i}`]), { concurrency: 10 })
      assert.deepStrictEqual(ended.map(({ code, stdout }) => [code, stdout]), numbers.map((i) => [i, `${i}\n`]))
    }))

  it.effect("ends with 137 when its container is killed", () =>
    Effect.gen(function*() {
      yield* host("doomed")
      const [finished] = yield* Effect.all([
        docker("exec doomed sh -c", ["echo in; sleep 1000"]),
        Effect.andThen(
          eventually("the exec", Effect.map(docker("top doomed"), ({ stdout }) => stdout.split("sleep 1000").length > 2 || undefined)),
          output("kill doomed"))
      ], { concurrency: 2 })
      assert.deepStrictEqual(ending(finished), { code: 137, stdout: "in\n", stderr: "" })
    }))

  it.effect("is in ExecIDs as long as it runs", () =>
    Effect.gen(function*() {
      yield* host("counted")
      const running = (count: string) =>
        eventually(`${count} execs`, Effect.map(field("counted", "json .ExecIDs"), (ids) =>
          `${ids === "null" ? 0 : ids.split(",").length}` === count || undefined))
      assert.strictEqual(yield* field("counted", "json .ExecIDs"), "null")
      yield* output("exec -d counted sh -c", ["while [ ! -e /tmp/go ]; do sleep 0.05; done"])
      yield* running("1")
      yield* output("exec counted touch /tmp/go")
      yield* running("0")
    }))
})
