import { assert, describe, it } from "@effect/vitest"
import { Effect, Scope } from "effect"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Containerd, shimsOf, startContainerd } from "../../support/containerd.ts"
import { startRegistry } from "../../support/registry.ts"
import { mountsBelow } from "../../support/tempDirectory.ts"
import { busyboxImage, busyboxVariant, dockerArchive, fullReference, imageId, ociArchive, type TestImage, whiteout } from "../../support/testImages.ts"

const layered: TestImage = busyboxVariant("layered:1", { Env: [...busyboxImage.config.Env ?? [], "A=b"], User: "1000:1001" }, [
  [{ path: "opt", type: "directory" }, { path: "opt/kept", content: "kept" }, { path: "opt/hidden", content: "hidden" }],
  [whiteout("opt/hidden"), { path: "opt/late", content: "late" }]
])

const imported = Effect.fnUntraced(function*(containerd: Containerd, name: string, archive: Buffer) {
  const file = join(containerd.directory, name)
  writeFileSync(file, archive)
  const result = yield* containerd.ctr("check", ["images", "import", "--local", file])
  assert.strictEqual(result.code, 0, result.stderr)
})

const run = Effect.fnUntraced(function*(containerd: Containerd, image: string, id: string, args: ReadonlyArray<string>) {
  const runRoot = join(containerd.directory, "runc")
  mkdirSync(runRoot, { recursive: true })
  const result = yield* containerd.ctr("check", ["run", "--rm", "--runc-root", runRoot, fullReference(image), id, ...args])
  assert.strictEqual(result.code, 0, result.stderr)
  return result.stdout
})

describe("the containerd of a test", () => {
  it.live("imports each form of archive, and runs what is in it", () =>
    Effect.gen(function*() {
      const containerd = yield* startContainerd()
      yield* imported(containerd, "docker.tar", dockerArchive(busyboxImage))
      assert.strictEqual(yield* run(containerd, "busybox:latest", "hello", ["echo", "hello"]), "hello\n")
      for (const compression of ["none", "gzip", "zstd"] as const) {
        const image = { ...layered, tags: [`layered:${compression}`] }
        yield* imported(containerd, `${compression}.tar`, ociArchive(image, compression))
        assert.strictEqual(
          yield* run(containerd, `layered:${compression}`, `c-${compression}`, ["sh", "-c", "id; echo $A; cd /opt; echo *"]),
          "uid=1000(alice) gid=1001(staff) groups=10(wheel),1001(staff)\nb\nkept late\n"
        )
      }
    }).pipe(Effect.scoped))

  it.live("goes with its containers, shims and mounts when its scope closes", () =>
    Effect.gen(function*() {
      const scope = yield* Scope.Scope
      const containerd = yield* startContainerd().pipe(Scope.provide(scope))
      yield* imported(containerd, "busybox.tar", ociArchive(busyboxImage))
      const args = ["run", "--detach", fullReference("busybox:latest"), "sleeper", "sleep", "1000"]
      const started = yield* containerd.ctr("check", args)
      assert.strictEqual(started.code, 0, started.stderr)
      assert.strictEqual(shimsOf(containerd.address).length, 1)
      yield* containerd.stop("SIGKILL")
      assert.strictEqual(shimsOf(containerd.address).length, 1)
      return containerd
    }).pipe(
      Effect.scoped,
      Effect.map((containerd) => {
        assert.deepStrictEqual(shimsOf(containerd.address), [])
        assert.deepStrictEqual(mountsBelow(containerd.directory), [])
        assert.isFalse(existsSync(containerd.directory))
      })
    ))

  it.live("pulls from the registry of a test what was pushed there, once it says who it is", () =>
    Effect.gen(function*() {
      const containerd = yield* startContainerd()
      const registry = yield* startRegistry({ authenticate: true })
      const digest = yield* registry.push("team/layered", "1", layered)
      const pull = (...credentials: ReadonlyArray<string>) =>
        containerd.ctr("check", [
          "images", "pull", "--local", "--plain-http", ...credentials, `${registry.host}/team/layered:1`
        ])
      assert.notStrictEqual((yield* pull()).code, 0)
      const pulled = yield* pull("--user", "alice:secret")
      assert.strictEqual(pulled.code, 0, pulled.stderr)
      const listed = yield* containerd.ctr("check", ["images", "list"])
      assert.include(listed.stdout, digest)
      assert.match(imageId(layered), /^sha256:[0-9a-f]{64}$/)
    }).pipe(Effect.scoped))
})
