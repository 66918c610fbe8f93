import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import {
  fstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync
} from "node:fs"
import { RootFs } from "../../../src/host/RootFs.ts"
import { runOrDie } from "../../support/runProcess.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

const tree = Effect.gen(function*() {
  const directory = yield* tempDirectory("rootfs")
  const root = `${directory}/root`
  mkdirSync(`${root}/etc/deep`, { recursive: true })
  mkdirSync(`${root}/var`)
  writeFileSync(`${root}/etc/passwd`, "inside\n")
  writeFileSync(`${directory}/passwd`, "outside\n")
  return { directory, root }
})

layer(RootFs.layer)("a container's root", (it) => {
  it.effect("is where every path stays", () =>
    Effect.gen(function*() {
      const { directory, root: path } = yield* tree
      const files = yield* RootFs
      const links = {
        absolute: "/etc/passwd", up: "../../../../etc/passwd", host: `${directory}/passwd`, chain: "/absolute", folder: "etc/../etc/./deep/..",
        loop: "loop", self: "/self/x", "var/rel": "../etc/passwd"
      }
      for (const [name, target] of Object.entries(links)) symlinkSync(target, `${path}/${name}`)
      const root = yield* files.open(path)
      for (const inside of ["/etc/passwd", "etc//passwd", "/absolute", "/up", "/chain", "/folder/passwd", "/var/rel", "/../../etc/passwd", "/var/../etc/passwd"]) {
        assert.strictEqual(text(yield* files.readSmall(root, inside)), "inside\n", inside)
      }
      const code = (inside: string) => Effect.map(Effect.flip(files.readSmall(root, inside)), (failure) => failure.code)
      assert.strictEqual(yield* code("/host"), "ENOENT")
      assert.strictEqual(yield* code("/loop"), "ELOOP")
      assert.strictEqual(yield* code("/self"), "ELOOP")
      assert.strictEqual(yield* code("/etc"), "EISDIR")
      assert.strictEqual(yield* code("/etc/passwd/x"), "ENOTDIR")
      assert.strictEqual(yield* code("/etc/passwd/"), "ENOTDIR")
      assert.strictEqual(yield* code("/etc/passwd\0"), "EINVAL")
    }))

  it.effect("tells where a path really leads", () =>
    Effect.gen(function*() {
      const { root: path } = yield* tree
      const files = yield* RootFs
      symlinkSync("/etc", `${path}/link`)
      const root = yield* files.open(path)
      const resolved = (inside: string, followLast: boolean) =>
        Effect.map(files.resolve(root, inside, { followLast }), (entry) => entry.path)
      assert.strictEqual(yield* resolved("/link/deep", true), "/etc/deep")
      assert.strictEqual(yield* resolved("/link", true), "/etc")
      assert.strictEqual(yield* resolved("/link", false), "/link")
      assert.strictEqual(yield* resolved("/link/", false), "/etc")
      assert.strictEqual(yield* resolved("/", true), "/")
      assert.isTrue((yield* files.resolve(root, "/link", { followLast: false })).stats.isSymbolicLink())
      const { fd } = yield* files.resolve(root, "..", { followLast: true })
      assert.strictEqual(fstatSync(fd).ino, fstatSync(root.fd).ino)
    }))

  it.effect("gives small regular files and nothing else", () =>
    Effect.gen(function*() {
      const { root: path } = yield* tree
      const files = yield* RootFs
      yield* runOrDie("mkfifo", [`${path}/fifo`])
      writeFileSync(`${path}/big`, "x".repeat(1025))
      const root = yield* files.open(path)
      assert.strictEqual((yield* Effect.flip(files.readSmall(root, "/fifo"))).code, "EINVAL")
      assert.strictEqual((yield* Effect.flip(files.readSmall(root, "/big", 1024))).code, "EFBIG")
      assert.lengthOf(yield* files.readSmall(root, "/big", 1025), 1025)
    }))

  it.effect("of a process is that of the process it was asked for", () =>
    Effect.gen(function*() {
      const files = yield* RootFs
      const child = yield* Effect.acquireRelease(
        Effect.sync(() => spawn("sleep", ["60"], { stdio: "ignore" })),
        (sleeping) => Effect.sync(() => sleeping.kill("SIGKILL"))
      )
      const pid = child.pid ?? 0
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const started = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19])
      yield* files.openProcess(pid, started)
      assert.strictEqual((yield* Effect.flip(files.openProcess(pid, started + 1))).code, "ESRCH")
    }))

  it.effect("cannot be left while directories are swapped for links", () =>
    Effect.gen(function*() {
      const { directory, root: path } = yield* tree
      const files = yield* RootFs
      mkdirSync(`${path}/swap`)
      writeFileSync(`${path}/swap/passwd`, "inside\n")
      symlinkSync(directory, `${path}/trap`)
      // renameat2 with RENAME_EXCHANGE, without a pause, in a process of its own.
      const swaps = "while (1) { syscall(316, -100, $ARGV[0], -100, $ARGV[1], 2) }"
      yield* Effect.acquireRelease(
        Effect.sync(() => spawn("perl", ["-e", swaps, `${path}/swap`, `${path}/trap`], { stdio: "ignore" })),
        (attacker) => Effect.sync(() => attacker.kill("SIGKILL"))
      )
      const root = yield* files.open(path)
      const seen = yield* Effect.forEach(Array.from({ length: 1000 }), () =>
        files.readSmall(root, "/swap/passwd").pipe(Effect.map(text), Effect.catch(({ code }) => Effect.succeed(code))))
      assert.notInclude(seen, "outside\n")
      assert.include(seen, "inside\n")
      assert.include(seen, "ENOENT")
    }))

  it.effect("leaves no descriptor open", () =>
    Effect.gen(function*() {
      const { root: path } = yield* tree
      const files = yield* RootFs
      symlinkSync("/etc/deep/../../var", `${path}/link`)
      const openNow = () => readdirSync("/proc/self/fd").length
      const before = openNow()
      yield* Effect.scoped(Effect.gen(function*() {
        const root = yield* files.open(path)
        yield* Effect.ignore(files.readSmall(root, "/link/none"))
        yield* Effect.ignore(files.readSmall(root, "/etc/passwd"))
        yield* Effect.scoped(Effect.ignore(files.resolve(root, "/link/../etc", { followLast: true })))
        assert.strictEqual(openNow(), before + 1)
      }))
      assert.strictEqual(openNow(), before)
      renameSync(`${path}/etc`, `${path}/moved`)
    }))
})
