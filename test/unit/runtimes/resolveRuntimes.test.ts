import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer, Option } from "effect"
import { Digest } from "effect/crypto"
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { RuntimeDefinition } from "../../../src/model/RuntimeDefinition.ts"
import { lookupRuntime } from "../../../src/runtimes/lookupRuntime.ts"
import { resolveRuntimes, type RuntimeSettings } from "../../../src/runtimes/resolveRuntimes.ts"
import { Runtimes } from "../../../src/runtimes/Runtimes.ts"
import { WrapperScripts } from "../../../src/runtimes/WrapperScripts.ts"

const platform = Layer.mergeAll(NodeServices.layer, Digest.layerWebCrypto)
const stackBin = join(process.env["GANTRY_STACK"] ?? join(import.meta.dirname, "../../../.stack"), "bin")
const searchPath = [stackBin, "/usr/bin", "/bin"]

const settings = (
  definitions: Record<string, RuntimeDefinition> = {}, more: Partial<RuntimeSettings> = {}
): RuntimeSettings => ({ definitions, systemdCgroup: false, hybridCgroups: false, searchPath, ...more })

const inDirectory = <A, E>(work: (directory: string) => Effect.Effect<A, E, WrapperScripts | Layer.Success<typeof platform>>) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const directory = yield* fs.makeTempDirectoryScoped()
    return yield* Effect.provide(work(directory), WrapperScripts.layer(join(directory, "scripts")), { local: true })
  }).pipe(Effect.scoped, Effect.provide(platform))

const rejected = (given: RuntimeSettings) =>
  inDirectory(() => Effect.map(Effect.flip(resolveRuntimes(given)), ({ message }) => message))

const texts: ReadonlyArray<readonly [string, Record<string, RuntimeDefinition>, Partial<RuntimeSettings>]> = [
  ["runtime name 'runc' is reserved", { runc: { path: "/bin/runc" } }, {}],
  ["runtime x: either a runtimeType or a path must be configured", { x: {} }, {}],
  ["runtime x: cannot configure both path and runtimeType for the same runtime", { x: { path: "/a", runtimeType: "b" } }, {}],
  ["runtime x: options cannot be used with a path runtime", { x: { path: "/a", options: { o: 1 } } }, {}],
  ["runtime x: args cannot be used with a runtimeType runtime", { x: { runtimeType: "b", runtimeArgs: ["--c"] } }, {}],
  ["specified default runtime 'y' does not exist", {}, { defaultRuntime: "y" }],
  ["specified default runtime 'constructor' does not exist", {}, { defaultRuntime: "constructor" }],
  ["runtime argument \"a\\u0000\" holds a NUL character", { x: { path: "/a", runtimeArgs: ["a\0"] } }, {}],
  ...["a/b", "../../x", "a b", "é", "..", "", "n".repeat(129)].map((name) => [
    `invalid runtime name ${JSON.stringify(name)}: up to 128 printable characters, without blanks and slashes`,
    { [name]: { path: "/a" } },
    {}
  ] as const)
]

describe("refuses", () => {
  for (const [text, definitions, more] of texts) {
    it.live(text.slice(0, 90), () =>
      Effect.map(rejected(settings(definitions, more)), (message) => assert.strictEqual(message, text)))
  }
})

describe("resolves", () => {
  it.live("a path without arguments to itself, one with arguments to a script", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const { runtimes } = yield* resolveRuntimes(settings({
          plain: { path: "/opt/kata", runtimeArgs: [] },
          debug: { path: "/opt/kata", runtimeArgs: ["--log", "a b"] },
          twin: { path: "/opt/kata", runtimeArgs: ["--log", "a b"] }
        }))
        assert.deepStrictEqual(runtimes["plain"]?.resolved, {
          name: "plain", shim: "io.containerd.runc.v2", binary: "/opt/kata", systemdCgroup: false
        })
        assert.strictEqual(runtimes["debug"]?.resolved.binary, runtimes["twin"]?.resolved.binary)
        assert.strictEqual(
          readFileSync(runtimes["debug"]?.resolved.binary ?? "", "utf8"),
          "#!/bin/sh\nexec '/opt/kata' '--log' 'a b' \"$@\"\n"
        )
        assert.deepStrictEqual(runtimes["debug"]?.definition, { path: "/opt/kata", runtimeArgs: ["--log", "a b"] })
      })))

  it.live("a shim to itself, runc's with its options taken over", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const { runtimes } = yield* resolveRuntimes(settings({
          kata: { runtimeType: "io.containerd.kata.v2", options: { ConfigPath: "/etc/kata" } },
          mine: { runtimeType: "io.containerd.runc.v2", options: { BinaryName: "/opt/runc", SystemdCgroup: true } }
        }))
        assert.deepStrictEqual(runtimes["kata"]?.resolved, {
          name: "kata", shim: "io.containerd.kata.v2", systemdCgroup: false, options: { ConfigPath: "/etc/kata" }
        })
        assert.deepStrictEqual(runtimes["mine"]?.resolved, {
          name: "mine", shim: "io.containerd.runc.v2", binary: "/opt/runc", systemdCgroup: true
        })
      })))

  it.live("a name that nobody has to a failure for who asks for it, in Go's words", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const configured = yield* resolveRuntimes(settings({ gone: { path: "no-such-runtime" } }))
        const failure = yield* Effect.flip(Effect.fromResult(lookupRuntime("gone", configured)))
        assert.strictEqual(
          failure.message,
          `error while looking up the specified runtime path: exec: "no-such-runtime": executable file not found in $PATH`
        )
      })))

  it.live("crun to a script that hides the v2 tree, where the machine needs it", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const { runtimes } = yield* resolveRuntimes(settings({}, { hybridCgroups: true }))
        const { binary, program } = runtimes["crun"]?.resolved ?? {}
        assert.strictEqual(program, join(stackBin, "crun"))
        assert.include(readFileSync(binary ?? "", "utf8"), "'umount /sys/fs/cgroup/unified; exec \"$0\" \"$@\"'")
      })))

  it.live("without writing anything, to check a configuration", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const directory = join(yield* fs.makeTempDirectoryScoped(), "scripts")
      const { runtimes } = yield* Effect.provide(
        resolveRuntimes(settings({ x: { path: "/a", runtimeArgs: ["b"] } })), WrapperScripts.layerDry(directory)
      )
      assert.match(runtimes["x"]?.resolved.binary ?? "", /\/scripts\/[0-9a-f]{64}\.sh$/)
      assert.isFalse(existsSync(directory))
    }).pipe(Effect.scoped, Effect.provide(platform)))
})

describe("the default", () => {
  const withCrun = (text: string, more: Partial<RuntimeSettings> = {}) =>
    inDirectory((directory) => {
      const crun = join(directory, "crun")
      writeFileSync(crun, text)
      chmodSync(crun, 0o755)
      return Effect.map(resolveRuntimes(settings({ crun: { path: crun } }, more)), ({ defaultRuntime }) => defaultRuntime)
    })

  it.live("is crun if it works", () =>
    Effect.map(withCrun("#!/bin/sh\necho crun version 1\n"), (name) => assert.strictEqual(name, "crun")))
  it.live("is runc if crun does not work", () =>
    Effect.map(withCrun("#!/bin/sh\nexit 1\n"), (name) => assert.strictEqual(name, "runc")))
  it.live("is what the configuration says, whatever works", () =>
    Effect.map(withCrun("#!/bin/sh\n", { defaultRuntime: "runc" }), (name) => assert.strictEqual(name, "runc")))
  it.live("may be a shim that was not configured", () =>
    Effect.map(withCrun("#!/bin/sh\n", { defaultRuntime: "io.containerd.kata.v2" }), (name) =>
      assert.strictEqual(name, "io.containerd.kata.v2")))
})

describe("lookup", () => {
  const configured = { runtimes: {}, defaultRuntime: "runc" }
  it("takes a dotted name for a shim's", () =>
    assert.deepStrictEqual(Effect.runSync(Effect.fromResult(lookupRuntime("io.containerd.kata.v2", configured))), {
      name: "io.containerd.kata.v2", shim: "io.containerd.kata.v2", systemdCgroup: false
    }))

  for (const name of ["kata", "/bin/sh.evil", "a/b.c", ".hidden", "../x.y", "toString", "__proto__", "a b.c"]) {
    it(`knows no ${name}`, () =>
      assert.strictEqual(
        Effect.runSync(Effect.flip(Effect.fromResult(lookupRuntime(name, configured)))).message,
        `unknown or invalid runtime name: ${name}`
      ))
  }
})

describe("at work", () => {
  const fake = (directory: string, version: string) => {
    const path = join(directory, "fake")
    writeFileSync(path, `#!/bin/sh\necho asked >>'${directory}/asked'\necho "fake version ${version}"\necho "commit: abc"\n`)
    chmodSync(path, 0o755)
    return path
  }

  it.live("is asked for its version once for each program", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const path = fake(directory, "1.2.3")
        const { runtimes } = yield* resolveRuntimes(settings({ fake: { path, runtimeArgs: ["--root", "/r"] } }))
        const resolved = runtimes["fake"]?.resolved
        assert.isDefined(resolved)
        const atWork = yield* Runtimes
        yield* atWork.version(resolved)
        assert.deepStrictEqual(yield* atWork.version(resolved), { version: "1.2.3", commit: "abc" })
        assert.strictEqual(readFileSync(join(directory, "asked"), "utf8"), "asked\n")
        fake(directory, "1.2.4-changed")
        assert.strictEqual((yield* atWork.version(resolved)).version, "1.2.4-changed")
      }).pipe(Effect.provide(Runtimes.layer("/run/of/test")))))

  it.live("is not started when its program is gone; its script is written anew", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const path = fake(directory, "1")
        const { runtimes } = yield* resolveRuntimes(settings({ fake: { path, runtimeArgs: ["--x"] } }))
        const resolved = runtimes["fake"]?.resolved
        assert.isDefined(resolved)
        const atWork = yield* Runtimes
        rmSync(resolved.binary ?? "")
        assert.deepStrictEqual(yield* atWork.ready(resolved), {
          shim: "io.containerd.runc.v2",
          runc: { binaryName: resolved.binary ?? "", root: "/run/of/test/runtime-fake", systemdCgroup: false }
        })
        assert.isTrue(existsSync(resolved.binary ?? ""))
        rmSync(path)
        assert.strictEqual(
          (yield* Effect.flip(atWork.ready(resolved))).message,
          `error while looking up the specified runtime path: exec: "${path}": stat ${path}: no such file or directory`
        )
      }).pipe(Effect.provide(Runtimes.layer("/run/of/test")))))

  it.live("runs the real runc, and the real crun the way this machine needs it", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const { defaultRuntime, runtimes } = yield* resolveRuntimes(
          settings({}, { hybridCgroups: existsSync("/sys/fs/cgroup/unified/cgroup.controllers") })
        )
        const atWork = yield* Runtimes
        for (const name of ["runc", "crun"]) {
          const resolved = runtimes[name]?.resolved
          assert.isDefined(resolved)
          assert.match((yield* atWork.version(resolved)).version, /^\d+\.\d+/)
          assert.isTrue(Option.isSome(yield* atWork.features(resolved)))
        }
        assert.strictEqual(defaultRuntime, "crun")
      }).pipe(Effect.provide(Runtimes.layer("/run/of/test")))))
})
