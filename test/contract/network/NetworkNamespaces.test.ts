import { NodeFileSystem } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { readdirSync, statSync } from "node:fs"
import { HostTools } from "../../../src/network/HostTools.ts"
import { NetworkNamespaces } from "../../../src/network/NetworkNamespaces.ts"
import { eventually } from "../../support/realTime.ts"
import { runOrDie } from "../../support/runProcess.ts"
import { stackProgram } from "../../support/stack.ts"
import { mountsBelow, tempDirectory } from "../../support/tempDirectory.ts"

const withNamespaces = (ready: number) => <A, E>(use: (directory: string) => Effect.Effect<A, E, NetworkNamespaces>) =>
  Effect.flatMap(tempDirectory("netns"), (directory) =>
    use(directory).pipe(Effect.provide(NetworkNamespaces.layer({ directory, ready }).pipe(
      Layer.provide(HostTools.layer([])),
      Layer.provide(NodeFileSystem.layer)
    ))))

describe("NetworkNamespaces", () => {
  it.live("gives different namespaces, also more than are kept ready, each with loopback up", () =>
    withNamespaces(1)(() =>
      Effect.gen(function*() {
        const namespaces = yield* NetworkNamespaces
        const taken = yield* Effect.all(Array.from({ length: 4 }, () => namespaces.take), { concurrency: "unbounded" })
        assert.strictEqual(new Set(taken.map(({ path }) => statSync(path).ino)).size, 4)
        assert.sameMembers([...yield* namespaces.pinned], taken.map(({ path }) => path))
        for (const { id, path } of taken) {
          assert.match(id, /^[0-9a-f]{64}$/)
          const ping = [`--net=${path}`, stackProgram("busybox"), "ping", "-c", "1", "127.0.0.1"]
          yield* runOrDie("nsenter", ping)
        }
        yield* Effect.forEach(taken, ({ path }) => namespaces.remove(path))
        assert.deepStrictEqual(yield* namespaces.pinned, [])
      })))

  it.live("fills its reserve again, and leaves none of it when it ends", () =>
    Effect.gen(function*() {
      const directory = yield* withNamespaces(2)((directory) =>
        Effect.gen(function*() {
          const namespaces = yield* NetworkNamespaces
          const reserve = (count: number) =>
            eventually(`${count} in reserve`, Effect.sync(() =>
              mountsBelow(directory).length >= count ? true : undefined))
          yield* reserve(2)
          const { path } = yield* namespaces.take
          yield* reserve(3)
          yield* namespaces.remove(path)
          yield* namespaces.remove(path)
          return directory
        }))
      assert.deepStrictEqual(mountsBelow(directory), [])
      assert.deepStrictEqual(readdirSync(directory), [])
    }))

  it.live("finds what an earlier process took", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("netns")
      const process = NetworkNamespaces.layer({ directory, ready: 0 }).pipe(
        Layer.provide(HostTools.layer([])),
        Layer.provide(NodeFileSystem.layer)
      )
      const fresh = () => Layer.fresh(process)
      const { path } = yield* Effect.flatMap(NetworkNamespaces, ({ take }) => take).pipe(Effect.provide(fresh()))
      const inherited = yield* Effect.flatMap(NetworkNamespaces, (namespaces) =>
        Effect.as(namespaces.remove(path), namespaces.inherited)).pipe(Effect.provide(fresh()))
      assert.deepStrictEqual(inherited, [path])
      assert.deepStrictEqual(mountsBelow(directory), [])
    }))
})
