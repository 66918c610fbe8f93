import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import { type Engine, TestEngine } from "../support/engine.ts"
import { expectClean } from "../support/fsck.ts"
import { runOrDie, runProcess } from "../support/runProcess.ts"
import { projectRoot, stackProgram } from "../support/stack.ts"

const fsck = ({ bridge, configFile, directory }: Engine, ...flags: ReadonlyArray<string>) =>
  runProcess(process.execPath, [
    "--disable-warning=ExperimentalWarning", `${projectRoot}/src/main.ts`, "fsck",
    "--data-root", `${directory}/data`, "--exec-root", `${directory}/run`, "--bridge", bridge, "--config-file", configFile, ...flags
  ])

const ctr = ({ directory }: Engine, ...args: ReadonlyArray<string>) =>
  runOrDie(stackProgram("ctr"), ["--address", `${directory}/run/containerd/containerd.sock`, "--namespace", "gantry", ...args])

/** Something put where it does not belong, for as long as the test looks. */
const plant = (put: Effect.Effect<unknown>, away: Effect.Effect<unknown>) => Effect.acquireRelease(put, () => away)

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "60 seconds" })("gantry fsck", (it) => {
  it.effect("finds an engine clean whose containers run, ended and never ran, and while it works", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* engine.docker.text(["run", "-d", "--name", "runs", "busybox", "sleep", "1000"])
      yield* engine.docker.text(["run", "-d", "--ipc", "shareable", "--network", "host", "busybox", "sleep", "1000"])
      yield* engine.docker.text(["run", "--name", "ended", "busybox", "true"])
      yield* engine.docker.text(["create", "--name", "never-ran", "busybox", "true"])
      yield* engine.docker.text(["exec", "-d", "runs", "sleep", "1000"])
      yield* expectClean(engine)
      const { code, stdout } = yield* fsck(engine)
      assert.deepStrictEqual([code, stdout], [0, "clean\n"])
      const work = Effect.forEach([1, 2, 3], () => engine.docker.text(["run", "--rm", "busybox", "true"]))
      const [looked] = yield* Effect.all([fsck(engine, "--json"), work], { concurrency: "unbounded" })
      assert.deepStrictEqual([looked.code, looked.stdout], [0, `{"findings":[]}\n`])
    }), 120_000)

  it.effect("tells each thing that is where it should not be", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      const { directory } = engine
      const removing = (path: string) => Effect.sync(() => rmSync(path, { recursive: true }))
      const shm = `${directory}/run/shm/stray`
      yield* plant(ctr(engine, "containers", "create", "docker.io/library/busybox:latest", "stray"), ctr(engine, "containers", "delete", "stray"))
      for (const path of [`${directory}/run/io/stray`, `${directory}/data/containers/stray`, shm]) {
        yield* plant(Effect.sync(() => mkdirSync(path, { recursive: true })), removing(path))
      }
      const draft = `${directory}/run/attachments/stray.draft`
      yield* plant(Effect.sync(() => writeFileSync(draft, "{")), removing(draft))
      yield* plant(runOrDie("mount", ["-t", "tmpfs", "stray", shm]), runOrDie("umount", [shm]))
      const veth = `st${randomBytes(5).toString("hex")}`
      yield* plant(runOrDie("ip", ["link", "add", veth, "type", "veth", "peer", "name", `${veth}p`]), runOrDie("ip", ["link", "del", veth]))
      yield* runOrDie("ip", ["link", "set", veth, "master", engine.bridge])
      const { code, stdout } = yield* fsck(engine, "--json")
      assert.strictEqual(code, 1)
      const report: { readonly findings: ReadonlyArray<{ readonly invariant: string; readonly subject: string }> } = JSON.parse(stdout)
      assert.sameMembers(report.findings.map(({ invariant, subject }) => `${invariant} ${subject}`), [
        "I1 stray", "I4 stray", `I1 ${directory}/data/containers/stray`, `I7 ${directory}/run/io/stray`, `I9 ${veth}`,
        `I13 ${shm}`, `I18 ${draft}`
      ])
      const words = yield* fsck(engine)
      assert.include(words.stdout, `I13  ${shm}: a mount of no container that runs\n`)
      assert.include(words.stderr, "7 findings")
    }).pipe(Effect.scoped), 120_000)

  it.effect("says that it could not ask containerd, which is not clean", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      yield* engine.stop
      const { code, stdout } = yield* fsck(engine)
      assert.strictEqual(code, 1)
      assert.match(stdout, /^containerd could not be asked: /)
      yield* engine.start
      yield* expectClean(engine)
    }), 120_000)
})
