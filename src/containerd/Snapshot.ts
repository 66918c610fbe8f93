import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { type Info, Kind, Snapshots } from "./generated/snapshots_pb.ts"
import type { Mount as MountMessage } from "./generated/types_pb.ts"

/** One mount of a root file system, as the snapshotter wants it. Order matters. */
export interface Mount {
  readonly type: string
  readonly source: string
  readonly target: string
  readonly options: ReadonlyArray<string>
}

export interface SnapshotInfo {
  readonly key: string
  readonly parent: string
  readonly kind: "view" | "active" | "committed" | "unknown"
  readonly labels: Readonly<Record<string, string>>
}

/** A snapshot is named by its snapshotter and its key. */
export interface SnapshotRef {
  readonly snapshotter: string
  readonly key: string
}

export interface PrepareOptions extends SnapshotRef {
  /** The committed snapshot below; empty for a bare one. */
  readonly parent: string
  readonly labels?: Readonly<Record<string, string>>
}

/**
 * A writable snapshot. The label makes it a root for the garbage collector, which else may sweep it before
 * a container record refers to it; `remove` is the only way it goes. RPC: 1.
 */
export const prepare = Effect.fn("Snapshot.prepare")(
  function*(options: PrepareOptions): Effect.fn.Return<ReadonlyArray<Mount>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Snapshots.method.prepare, { ...options, labels: rooted(options.labels) })
    return reply.mounts.map(fromMessage)
  }
)

/** As `prepare`, to read only. */
export const view = Effect.fn("Snapshot.view")(
  function*(options: PrepareOptions): Effect.fn.Return<ReadonlyArray<Mount>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Snapshots.method.view, { ...options, labels: rooted(options.labels) })
    return reply.mounts.map(fromMessage)
  }
)

/** The mounts of a snapshot that exists, for who did not keep what `prepare` told. */
export const mounts = Effect.fn("Snapshot.mounts")(
  function*(ref: SnapshotRef): Effect.fn.Return<ReadonlyArray<Mount>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Snapshots.method.mounts, { snapshotter: ref.snapshotter, key: ref.key })
    return reply.mounts.map(fromMessage)
  }
)

export const commit = Effect.fn("Snapshot.commit")(
  function*(
    options: SnapshotRef & { readonly name: string; readonly labels?: Readonly<Record<string, string>> }
  ): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Snapshots.method.commit, { ...options, labels: { ...options.labels } })
  }
)

export const remove = Effect.fn("Snapshot.remove")(
  function*(ref: SnapshotRef): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Snapshots.method.remove, { snapshotter: ref.snapshotter, key: ref.key })
  }
)

/** What the snapshot itself takes, its parents not counted. */
export const usage = Effect.fn("Snapshot.usage")(
  function*(ref: SnapshotRef): Effect.fn.Return<{ readonly bytes: bigint; readonly inodes: bigint }, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Snapshots.method.usage, { snapshotter: ref.snapshotter, key: ref.key })
    return { bytes: reply.size, inodes: reply.inodes }
  }
)

export const stat = Effect.fn("Snapshot.stat")(
  function*(ref: SnapshotRef): Effect.fn.Return<SnapshotInfo, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const reply = yield* containerd.unary(Snapshots.method.stat, { snapshotter: ref.snapshotter, key: ref.key })
    return reply.info === undefined ? { key: ref.key, parent: "", kind: "unknown", labels: {} } : infoOf(reply.info)
  }
)

/** All snapshots of a snapshotter in our namespace. RPC: 1. */
export const list = Effect.fn("Snapshot.list")(
  function*(snapshotter: string): Effect.fn.Return<ReadonlyArray<SnapshotInfo>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const replies = yield* Stream.runCollect(containerd.serverStream(Snapshots.method.list, { snapshotter }))
    return replies.flatMap((reply) => reply.info.map(infoOf))
  }
)

const rooted = (labels: Readonly<Record<string, string>> | undefined) => ({
  ...labels,
  // Any value will do; the collector asks only whether it is there.
  "containerd.io/gc.root": "1"
})

const fromMessage = (mount: MountMessage): Mount => ({
  type: mount.type,
  source: mount.source,
  target: mount.target,
  options: mount.options
})

const kinds: { readonly [K in Kind]?: SnapshotInfo["kind"] } = {
  [Kind.VIEW]: "view",
  [Kind.ACTIVE]: "active",
  [Kind.COMMITTED]: "committed"
}

const infoOf = (info: Info): SnapshotInfo => ({
  key: info.name,
  parent: info.parent,
  kind: kinds[info.kind] ?? "unknown",
  labels: info.labels
})
