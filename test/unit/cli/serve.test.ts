import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startDaemon } from "../../support/daemon.ts"
import { eventually } from "../../support/realTime.ts"
import { runProcess } from "../../support/runProcess.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

const program = join(import.meta.dirname, "gantryWithoutEngine.ts")

/** A served configuration of the test's own: all its paths are below one directory. */
const served = Effect.fnUntraced(function*(
  file: string, more: ReadonlyArray<string> = [], env: Record<string, string> = {}
) {
  const directory = yield* tempDirectory("serve")
  const [config, journal] = [join(directory, "daemon.json"), join(directory, "journal")]
  writeFileSync(config, file)
  const pidfile = join(directory, "run/gantry.pid")
  const args = [
    program, "serve", "--config-file", config, "--data-root", join(directory, "data"),
    "--exec-root", join(directory, "run"), "--pidfile", pidfile, "-H", `unix://${directory}/g.sock`, ...more
  ]
  const daemon = yield* startDaemon(process.execPath, args, {
    logFile: join(directory, "log"), env: { JOURNAL: journal, ...env }
  })
  const logged = (text: string, times = 1) =>
    eventually(() => `"${text}" in:\n${readFileSync(join(directory, "log"), "utf8")}`,
      Effect.map(daemon.log, (log) => log.split(text).length > times ? log : undefined))
  const revisions = () => existsSync(journal) ? readFileSync(journal, "utf8").trim().split("\n") : []
  return { args, config, daemon, directory, logged, pidfile, revisions }
})

describe("serve", () => {
  it.live("says where it listens, holds its pid file, and ends well when asked to", () =>
    Effect.gen(function*() {
      const { daemon, directory, logged, pidfile, revisions } = yield* served("{}")
      const log = yield* logged("try: ")
      assert.match(log, new RegExp(`^Gantry \\S+ listens on unix://${directory}/g.sock \\(Docker API 1\\.55\\)$`, "m"))
      assert.match(log, /^with containerd \d\S+, (runc|crun) \d\S+, netavark \d\S+, Node 24\S+$/m)
      assert.include(log, `try: export DOCKER_HOST=unix://${directory}/g.sock; docker version\n`)
      assert.strictEqual(readFileSync(pidfile, "utf8"), `${daemon.pid}`)
      yield* daemon.signal("SIGTERM")
      assert.strictEqual(yield* daemon.exit, 0)
      assert.strictEqual(revisions().at(-1), "stopped")
      assert.isFalse(existsSync(pidfile))
    }))

  it.live("refuses to start beside another that holds the pid file, and leaves that file alone", () =>
    Effect.gen(function*() {
      const { args, daemon, logged, pidfile } = yield* served("{}")
      yield* logged("try: ")
      const second = yield* runProcess(process.execPath, args)
      assert.deepStrictEqual([second.code, second.stderr], [1,
        `gantry: failed to start daemon, ensure docker is not running or delete ${pidfile}: ` +
        `process with PID ${daemon.pid} is still running\n`])
      assert.strictEqual(readFileSync(pidfile, "utf8"), `${daemon.pid}`)
    }))

  it.live("tells in one line why the engine did not start", () =>
    Effect.gen(function*() {
      const { daemon, pidfile } = yield* served("{}", [], { BOOT: "fails" })
      assert.strictEqual(yield* daemon.exit, 1)
      assert.strictEqual(yield* daemon.log, "gantry: the engine can't start\n")
      assert.isFalse(existsSync(pidfile))
    }))

  it.live("shows where a mistake of its own happened", () =>
    Effect.gen(function*() {
      const { daemon } = yield* served("{}", [], { BOOT: "dies" })
      assert.strictEqual(yield* daemon.exit, 1)
      assert.match(yield* daemon.log, /a mistake in the engine\n +at .*gantryWithoutEngine\.ts/)
    }))

  it.live("ends at once at the third signal", () =>
    Effect.gen(function*() {
      const { daemon, logged, revisions } = yield* served("{}", [], { STOP: "hangs" })
      yield* logged("try: ")
      yield* daemon.signal("SIGTERM")
      yield* eventually("the stop", Effect.sync(() => revisions().at(-1) === "stopping" ? true : undefined))
      yield* daemon.signal("SIGINT")
      yield* eventually("the second signal", Effect.andThen(daemon.signal("SIGTERM"),
        Effect.raceFirst(daemon.exit, Effect.as(Effect.sleep("100 millis"), undefined))))
      assert.include([128 + 15, 128 + 2], yield* daemon.exit)
    }))
})

describe("SIGHUP", () => {
  it.live("puts the file's new values in force, and a key that is gone back to its default", () =>
    Effect.gen(function*() {
      const { config, daemon, directory, logged, revisions } = yield* served(`{"debug": true, "labels": ["a=1"]}`)
      yield* logged("try: ")
      writeFileSync(config, `{"labels": ["a=2"]}`)
      yield* daemon.signal("SIGHUP")
      yield* logged("configuration reloaded: revision 2")
      const dataRoot = join(directory, "data")
      assert.deepStrictEqual(revisions().map((line) => JSON.parse(line)), [
        { revision: 1, debug: true, labels: ["a=1"], dataRoot },
        { revision: 2, debug: false, labels: ["a=2"], dataRoot }
      ])
    }))

  it.live("keeps the configuration in force when the new one is bad, and says why in one line", () =>
    Effect.gen(function*() {
      const { config, daemon, logged, revisions } = yield* served(`{"labels": ["a=1"]}`)
      yield* logged("try: ")
      const bad: ReadonlyArray<readonly [string | undefined, string]> = [
        [`{"labels": ["a=1", "a=2"], "debug": true}`, "conflict labels for a=2 and a=1"],
        [`{"debug": true, "default-runtime": "gone"}`, "specified default runtime 'gone' does not exist"],
        [`{"debug": true`, "invalid JSON"],
        ["", "the file has become empty"],
        [`{"debug": true, "seccomp-profile": "/no/such/profile"}`, "opening seccomp profile (/no/such/profile) failed"],
        [undefined, "no such file or directory"]
      ]
      for (const [content, why] of bad) {
        if (content === undefined) rmSync(config)
        else writeFileSync(config, content)
        yield* daemon.signal("SIGHUP")
        const log = yield* logged(why)
        assert.lengthOf(log.split("\n").filter((line) => line.includes(why)), 1)
      }
      assert.lengthOf(revisions(), 1)
      writeFileSync(config, "{}")
      yield* daemon.signal("SIGHUP")
      yield* logged("configuration reloaded: revision 2")
    }))

  it.live("applies nothing of a key that needs a restart", () =>
    Effect.gen(function*() {
      const { config, daemon, logged, revisions } = yield* served(`{"mtu": 1400}`)
      yield* logged("try: ")
      writeFileSync(config, `{"mtu": 9000, "debug": true}`)
      yield* daemon.signal("SIGHUP")
      const log = yield* logged("configuration reloaded")
      assert.match(log, /needs restart, not applied: mtu/)
      assert.lengthOf(revisions(), 2)
    }))

  it.live("reloads twice at most, however many signals come at once", () =>
    Effect.gen(function*() {
      const { daemon, logged, revisions } = yield* served("{}")
      yield* logged("try: ")
      for (let i = 0; i < 10; i++) yield* daemon.signal("SIGHUP")
      yield* logged("configuration reloaded: revision 2")
      yield* Effect.sleep("500 millis")
      assert.isAtMost(revisions().length, 3)
    }))
})

describe("the command line", () => {
  const run = (...args: ReadonlyArray<string>) => runProcess(process.execPath, [program, ...args])

  it.live("validates without touching the disk", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("validate")
      const config = join(directory, "daemon.json")
      writeFileSync(config, JSON.stringify({
        "data-root": join(directory, "data"), "exec-root": join(directory, "run"),
        runtimes: { kata: { path: "/opt/kata", runtimeArgs: ["--x"] } }
      }))
      const { code, stderr, stdout } = yield* run("serve", "--validate", "--config-file", config)
      assert.deepStrictEqual([code, stderr, stdout], [0, "configuration OK\n", ""])
      assert.isFalse(existsSync(join(directory, "data")))
      assert.isFalse(existsSync(join(directory, "run")))
    }))

  it.live("fails with one line that names file and key", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("validate")
      const config = join(directory, "daemon.json")
      writeFileSync(config, `{"labels": ["file=1"]}`)
      const { code, stderr } = yield* run("serve", "--validate", "--config-file", config, "--label", "flag=1")
      assert.strictEqual(code, 1)
      assert.strictEqual(stderr, `gantry: unable to configure the Docker daemon with file ${config}: the following ` +
        "directives are specified both as a flag and in the configuration file: labels: (from flag: [flag=1], from file: [file=1])\n")
    }))

  it.live("shows where each value comes from, without the proxies' passwords", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("config")
      const config = join(directory, "daemon.json")
      writeFileSync(config, `{"debug": true, "proxies": {"http-proxy": "http://me:secret@proxy:3128"}}`)
      const { code, stdout } = yield* run("config", "--config-file", config, "--mtu", "9000")
      assert.strictEqual(code, 0)
      assert.match(stdout, /^file +debug +true$/m)
      assert.match(stdout, /^flag +mtu +9000$/m)
      assert.match(stdout, /^default +shutdown-timeout +15$/m)
      assert.include(stdout, "http://xxxxx:xxxxx@proxy:3128")
      assert.notInclude(stdout, "secret")
    }))

  it.live("examines the machine", () =>
    Effect.gen(function*() {
      const { code, stdout } = yield* run("doctor")
      assert.strictEqual(code, 0)
      for (const what of ["root", "overlayfs", "bridge", "veth", "nftables", "containerd", "runc", "netavark"]) {
        assert.match(stdout, new RegExp(`^ok +${what} `, "m"))
      }
    }))

  it.live("has a remedy beside each lack, and an exit code", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("doctor")
      const { code, stderr, stdout } = yield* runProcess(process.execPath, [program, "doctor"], {
        env: { GANTRY_STACK: directory, PATH: directory }
      })
      assert.strictEqual(code, 1)
      assert.match(stdout, /^LACKS +containerd +exec: "containerd": executable file not found in \$PATH\n +→ run npm run setup/m)
      assert.match(stderr, /^gantry: this machine lacks containerd, /)
    }))
})
