import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Blob from "./Blob.ts"
import { Containerd } from "./Containerd.ts"
import { ContainerdError } from "./ContainerdError.ts"
import { chainIds } from "./contentDigest.ts"
import { Diff } from "./generated/diff_pb.ts"
import { Snapshots } from "./generated/snapshots_pb.ts"
import type { Target } from "./ImageRecord.ts"
import * as Snapshot from "./Snapshot.ts"

export interface LayersToUnpack {
  readonly layers: ReadonlyArray<Target>
  /** What each must come out as. */
  readonly diffIds: ReadonlyArray<string>
  /** The configuration, which keeps the snapshots from then on. */
  readonly configDigest: string
  readonly snapshotter: string
  readonly lease: string
}

/** Lays an image's layers on one another, those that are not there yet. RPC: 1 for each layer, 3 more if it is new, and 1. */
export const unpackLayers = Effect.fn("unpackLayers")(
  function*({ configDigest, diffIds, layers, lease, snapshotter }: LayersToUnpack) {
    const chains = chainIds(diffIds)
    for (const [at, chain] of chains.entries()) {
      const layer = layers[at]
      if (layer === undefined) return yield* Effect.fail(unlike(`layer ${at} is missing`))
      const there = yield* Snapshot.stat({ snapshotter, key: chain }).pipe(
        Effect.as(true),
        Effect.catchIf(({ reason }) => reason === "NotFound", () => Effect.succeed(false))
      )
      if (there) continue
      const applied = yield* applyLayer({ layer, parent: chains[at - 1] ?? "", snapshotter, lease })
      if (applied.diffId !== diffIds[at]) {
        return yield* Effect.fail(unlike(`layer ${layer.digest} unpacks to ${applied.diffId}, not to ${diffIds[at]}`))
      }
      yield* applied.commit
    }
    const top = chains.at(-1)
    if (top !== undefined) yield* Blob.label(configDigest, { [`containerd.io/gc.ref.snapshot.${snapshotter}`]: top })
  },
  Effect.scoped
)

/**
 * Applies one layer upon a snapshot; `commit` gives the result its name. Uncommitted, it goes with the scope.
 * `diffId` is the digest of what the layer is without compression. RPC: 2, and 1 to commit.
 */
export const applyLayer = Effect.fn("applyLayer")(
  function*({ layer, lease, parent, snapshotter }: {
    readonly layer: Target
    readonly parent: string
    readonly snapshotter: string
    readonly lease: string
  }) {
    const containerd = yield* Containerd
    const key = `gantry-extract-${randomUUID()}`
    let committed = false
    const { mounts } = yield* Effect.acquireRelease(
      containerd.unary(Snapshots.method.prepare, { snapshotter, key, parent }, { lease }),
      (_, exit) =>
        committed && Exit.isSuccess(exit) ? Effect.void : Effect.ignore(Snapshot.remove({ snapshotter, key }))
    )
    const { applied } = yield* containerd.unary(Diff.method.apply, {
      diff: { ...layer, size: BigInt(layer.size) },
      mounts
    }, { lease })
    const diffId = applied?.digest ?? ""
    const commit = (name: string) =>
      containerd.unary(Snapshots.method.commit, { snapshotter, key, name }, { lease }).pipe(
        Effect.catchIf(
          ({ reason }) => reason === "AlreadyExists",
          () => Snapshot.remove({ snapshotter, key })
        ),
        Effect.tap(() => Effect.sync(() => { committed = true })),
        Effect.asVoid
      )
    return { diffId, commit: commit(chainIds(parent === "" ? [diffId] : [parent, diffId]).at(-1) ?? diffId) }
  }
)

const unlike = (message: string) => new ContainerdError({ method: "Diff/Apply", reason: "InvalidArgument", message })
