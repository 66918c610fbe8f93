import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, FileSystem, Layer } from "effect"
import { Digest } from "effect/crypto"
import { chmodSync, chownSync, linkSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { WrapperScripts } from "../../../src/runtimes/WrapperScripts.ts"

const platform = Layer.mergeAll(NodeServices.layer, Digest.layerWebCrypto)
const content = "#!/bin/sh\nexec '/bin/true' \"$@\"\n"

/** Runs with scripts in a directory of the test's own, and again as if the process had been started anew. */
const inDirectory = <A, E>(
  work: (directory: string, restarted: <B, F>(again: Effect.Effect<B, F, WrapperScripts>) => Effect.Effect<B, F>) => Effect.Effect<A, E, WrapperScripts>
) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const directory = join(yield* fs.makeTempDirectoryScoped(), "scripts")
    const layer = () => Layer.provide(WrapperScripts.layer(directory), platform)
    return yield* work(directory, (again) => Effect.provide(again, Layer.orDie(layer()), { local: true }))
      .pipe(Effect.provide(layer(), { local: true }))
  }).pipe(Effect.scoped, Effect.provide(platform))

describe("ensure", () => {
  it.live("writes one executable file, however many ask for it at once", () =>
    inDirectory((directory) =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const digests = yield* Effect.forEach(Array.from({ length: 20 }), () => scripts.ensure(content), { concurrency: 20 })
        assert.strictEqual(new Set(digests).size, 1)
        assert.strictEqual(statSync(scripts.pathOf(digests[0] ?? "")).mode & 0o7777, 0o500)
        assert.strictEqual(statSync(directory).mode & 0o7777, 0o700)
        assert.deepStrictEqual(readdirSync(directory), [`${digests[0]}.sh`])
      })))

  it.live("does not touch a script that is there", () =>
    inDirectory((_, restarted) =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const path = scripts.pathOf(yield* scripts.ensure(content))
        const before = statSync(path, { bigint: true })
        yield* restarted(Effect.flatMap(WrapperScripts, (scripts) => scripts.ensure(content)))
        yield* scripts.ensure(content)
        const { ctimeNs, ino, mtimeNs } = statSync(path, { bigint: true })
        assert.deepStrictEqual([ctimeNs, ino, mtimeNs], [before.ctimeNs, before.ino, before.mtimeNs])
      })))
})

const tamperings: ReadonlyArray<readonly [string, (path: string) => void]> = [
  ["removed", (path) => rmSync(path)],
  ["edited in place", (path) => {
    chmodSync(path, 0o700)
    writeFileSync(path, "#!/bin/sh\nid\n")
    chmodSync(path, 0o500)
  }],
  ["cut", (path) => {
    chmodSync(path, 0o700)
    writeFileSync(path, content.slice(0, 10))
    chmodSync(path, 0o500)
  }],
  ["emptied", (path) => {
    chmodSync(path, 0o700)
    writeFileSync(path, "")
    chmodSync(path, 0o500)
  }],
  ["made writable for all", (path) => chmodSync(path, 0o777)],
  ["made unexecutable", (path) => chmodSync(path, 0o600)],
  ["made set-user-id", (path) => chmodSync(path, 0o4500)],
  ["given away", (path) => chownSync(path, 12345, 12345)],
  ["replaced by a link to a copy", (path) => {
    renameSync(path, `${path}.copy`)
    symlinkSync(`${path}.copy`, path)
  }],
  ["replaced by a dangling link", (path) => {
    rmSync(path)
    symlinkSync("/nowhere/at/all", path)
  }],
  ["linked a second time", (path) => linkSync(path, `${path}.twin`)],
  ["replaced by a directory", (path) => {
    rmSync(path)
    mkdirSync(path)
  }]
]

describe("verify", () => {
  for (const [what, tamper] of tamperings) {
    it.live(`writes a script anew that was ${what}`, () =>
      inDirectory((_, restarted) =>
        Effect.gen(function*() {
          const scripts = yield* WrapperScripts
          const digest = yield* scripts.ensure(content)
          tamper(scripts.pathOf(digest))
          const path = yield* restarted(Effect.flatMap(WrapperScripts, (scripts) => scripts.verify(digest, content)))
          const stat = lstatSync(path)
          assert.deepStrictEqual([stat.isFile(), stat.mode & 0o7777, stat.uid, stat.nlink], [true, 0o500, process.getuid?.(), 1])
          assert.strictEqual(readFileSync(path, "utf8"), content)
        })))
  }

  it.live("remembers what this process ensured", () =>
    inDirectory(() =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const digest = yield* scripts.ensure(content)
        rmSync(scripts.pathOf(digest))
        assert.strictEqual(readFileSync(yield* scripts.verify(digest), "utf8"), content)
      })))

  it.live("says so when nobody knows what the script held", () =>
    inDirectory((_, restarted) =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const digest = yield* scripts.ensure(content)
        chmodSync(scripts.pathOf(digest), 0o777)
        const failure = yield* restarted(Effect.flatMap(WrapperScripts, (scripts) => Effect.flip(scripts.verify(digest))))
        assert.strictEqual(failure.message, `runtime wrapper script ${scripts.pathOf(digest)} is of mode 0777`)
      })))
})

describe("collect", () => {
  it.live("removes scripts that nothing refers to, and nothing else", () =>
    inDirectory((directory, restarted) =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const [used, unused, current] = yield* Effect.forEach(["used", "unused", "current"], scripts.ensure)
        writeFileSync(join(directory, "notes.txt"), "mine")
        const removed = yield* restarted(Effect.gen(function*() {
          const scripts = yield* WrapperScripts
          yield* scripts.ensure("current")
          return yield* scripts.collect(new Set([used ?? ""]))
        }))
        assert.strictEqual(removed, 1)
        assert.deepStrictEqual(readdirSync(directory).toSorted(), [`${used}.sh`, `${current}.sh`, "notes.txt"].toSorted())
        assert.notInclude(readdirSync(directory), `${unused}.sh`)
      })))

  it.live("drafts of a crash are gone at the next start", () =>
    inDirectory((directory, restarted) =>
      Effect.gen(function*() {
        const scripts = yield* WrapperScripts
        const digest = yield* scripts.ensure(content)
        linkSync(scripts.pathOf(digest), join(directory, `draft-${crypto.randomUUID()}`))
        yield* restarted(Effect.flatMap(WrapperScripts, (scripts) => scripts.verify(digest)))
        assert.deepStrictEqual(readdirSync(directory), [`${digest}.sh`])
      })))
})
