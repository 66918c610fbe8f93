import { assert, layer } from "@effect/vitest"
import { Effect, Exit } from "effect"
import { ContainerdError } from "../../../src/containerd/ContainerdError.ts"
import * as RpcFault from "../../../src/containerd/RpcFault.ts"
import * as Snapshot from "../../../src/containerd/Snapshot.ts"
import { snapshotter } from "./Fixture.ts"
import { TestContainerd } from "./TestContainerd.ts"

const broken = (operation: string) => new ContainerdError({ method: operation, reason: "Unavailable", message: "injected" })

const keys = Effect.map(Snapshot.list(snapshotter), (snapshots) => snapshots.map(({ key }) => key))

layer(TestContainerd.layer, { excludeTestServices: true, timeout: "60 seconds" })("Faults", (it) => {
  it.effect("before a call leave it undone; after it, done without a reply", () =>
    Effect.gen(function*() {
      const early = Snapshot.prepare({ snapshotter, key: "early", parent: "" }).pipe(
        Effect.provideService(RpcFault.RpcFault, { ...RpcFault.none, before: broken })
      )
      assert.strictEqual((yield* Effect.flip(early)).message, "injected")
      assert.notInclude(yield* keys, "early")
      const late = Snapshot.prepare({ snapshotter, key: "late", parent: "" }).pipe(
        Effect.provideService(RpcFault.RpcFault, { ...RpcFault.none, after: broken })
      )
      assert.strictEqual((yield* Effect.flip(late)).message, "injected")
      assert.include(yield* keys, "late")
      yield* Snapshot.remove({ snapshotter, key: "late" })
    }))

  it.effect("of containerd come with its words and their kind", () =>
    Effect.gen(function*() {
      const missing = yield* Effect.flip(Snapshot.remove({ snapshotter, key: "nowhere" }))
      assert.strictEqual(missing.reason, "NotFound")
      assert.strictEqual(missing.method, "Snapshots/Remove")
      assert.include(missing.message, "nowhere")
      yield* Effect.acquireRelease(Snapshot.prepare({ snapshotter, key: "twice", parent: "" }), () =>
        Effect.ignore(Snapshot.remove({ snapshotter, key: "twice" })))
      assert.strictEqual((yield* Effect.flip(Snapshot.prepare({ snapshotter, key: "twice", parent: "" }))).reason, "AlreadyExists")
    }))

  it.effect("never leave a snapshot to the garbage collector before its container is there", () =>
    Effect.gen(function*() {
      yield* Snapshot.prepare({ snapshotter, key: "rooted", parent: "" })
      assert.property((yield* Snapshot.stat({ snapshotter, key: "rooted" })).labels, "containerd.io/gc.root")
      assert.deepStrictEqual(yield* Effect.exit(Snapshot.remove({ snapshotter, key: "rooted" })), Exit.void)
    }))
})
