import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Semaphore from "effect/Semaphore"
import * as Stream from "effect/Stream"
import * as Blob from "../../containerd/Blob.ts"
import type { Containerd } from "../../containerd/Containerd.ts"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import { EventFeed } from "../../containerd/EventFeed.ts"
import * as ImageRecord from "../../containerd/ImageRecord.ts"
import * as Lease from "../../containerd/Lease.ts"
import * as RpcMeter from "../../containerd/RpcMeter.ts"
import type { Platform } from "../../model/Platform.ts"
import type { ImageMetadata } from "./ImageMetadata.ts"
import { danglingName, isDangling, isWork } from "./imageNames.ts"
import type { ImageTree } from "./ImageTree.ts"
import type { ImageView } from "./ImageView.ts"
import { measureSnapshots } from "./measureSnapshots.ts"
import { type Present, readImageTree } from "./readImageTree.ts"
import { viewOf } from "./viewOf.ts"

/** An image as the index holds it. */
export interface IndexedImage {
  readonly id: string
  readonly tree: ImageTree
  /** Its names, the one of a dangling image included. */
  readonly names: ReadonlyArray<ImageRecord.ImageRecord>
  readonly view: ImageView
}

export interface ImageIndexOptions {
  readonly snapshotter: string
  readonly host: Platform
}

/**
 * All images in containerd's namespace, in memory: filled once (List of images and of content; what is not
 * remembered of the content is read), kept current by our own writes and by containerd's events.
 */
export class ImageIndex extends Context.Service<ImageIndex, {
  readonly options: ImageIndexOptions
  /** By id, when it is filled. */
  readonly images: Effect.Effect<ReadonlyMap<string, IndexedImage>>
  /** Where this name points to. */
  record(name: string): Effect.Effect<ImageRecord.ImageRecord | undefined>
  /** Reads content that has no name here yet. RPC: 1, and 1 for each manifest and configuration that is new. */
  peek(target: ImageRecord.Target): Effect.Effect<ImageTree, ContainerdError>
  /**
   * Turns a name to content and reads that anew. An image that thereby loses its last name is kept as a dangling
   * one. RPC: 1 to 3, and those of the reading.
   */
  put(name: string, target: ImageRecord.Target, options?: { readonly known: boolean }): Effect.Effect<void, ContainerdError>
  /** Takes names away; the content that nothing refers to any more goes with the last. RPC: 1 each. */
  remove(names: ReadonlyArray<string>): Effect.Effect<void, ContainerdError>
}>()("gantry/engine/ImageIndex") {
  static readonly layer = (options: ImageIndexOptions) =>
    Layer.effect(this, Effect.gen(function*() {
      const context = yield* Effect.context<Containerd | ImageMetadata>()
      const writing = yield* Semaphore.make(1)
      const filled = yield* Latch.make()
      const state: IndexState = { options, records: new Map(), trees: new Map(), images: new Map() }
      const run = <A, E>(change: Effect.Effect<A, E, Containerd | ImageMetadata>) =>
        change.pipe(Effect.provideContext(context), Effect.uninterruptible, writing.withPermit)

      yield* Effect.forkScoped(keep(state, filled, run))
      return ImageIndex.of({
        options,
        images: Effect.as(filled.await, state.images),
        record: (name) => Effect.andThen(filled.await, Effect.sync(() => state.records.get(name))),
        peek: (target) =>
          Effect.provideContext(
            Effect.flatMap(presentBlobs, (present) => readImageTree(target, present, options.snapshotter)),
            context
          ),
        put: (name, target, { known } = { known: false }) =>
          Effect.andThen(filled.await, run(put(state, name, target, known))),
        remove: (names) => Effect.andThen(filled.await, run(remove(state, names)))
      })
    }))
}

interface IndexState {
  readonly options: ImageIndexOptions
  readonly records: Map<string, ImageRecord.ImageRecord>
  readonly trees: Map<string, ImageTree>
  readonly images: Map<string, IndexedImage>
}

type Change = Effect.Effect<void, ContainerdError, Containerd | ImageMetadata>
type Run = (change: Change) => Effect.Effect<void, ContainerdError>

/** Fills the index and follows containerd for ever. */
const keep = Effect.fnUntraced(
  function*(state: IndexState, filled: Latch.Latch, run: Run) {
    const feed = yield* EventFeed
    // Behind this nothing is missed: what happens while we read is told again, which does no harm.
    const events = yield* feed.subscribe
    const again = Effect.retry(Schedule.spaced("200 millis"))
    yield* run(fillFirst(state)).pipe(again)
    yield* filled.open
    yield* Effect.forkScoped(Effect.ignore(run(measureAll(state)), { log: "Warn" }))
    yield* Stream.runForEach(events, (event) => {
      switch (event._tag) {
        case "ImageCreated":
        case "ImageUpdated":
        case "ImageDeleted":
          return isWork(event.name) ? Effect.void : run(refresh(state, event.name)).pipe(Effect.ignore({ log: "Warn" }))
        case "ContentDeleted":
          return run(forgetContent(state, event.digest)).pipe(Effect.ignore({ log: "Warn" }))
        case "Relisted":
          return run(Effect.asVoid(fill(state))).pipe(again)
        default:
          return Effect.void
      }
    })
  },
  // Whatever it calls is nobody's request.
  Effect.provideServiceEffect(RpcMeter.RpcMeter, Effect.sync(RpcMeter.make))
)

/** Takes away as well what an engine left that did not come to the end of what it did. */
const fillFirst = Effect.fnUntraced(function*(state: IndexState) {
  const left = yield* fill(state)
  yield* Effect.forEach(left, (name) => ImageRecord.remove(name, false), { discard: true })
  yield* Lease.removeLeft()
})

const fill = Effect.fnUntraced(function*(state: IndexState) {
  const records = yield* ImageRecord.list()
  const present = yield* presentBlobs
  const ours = records.filter(({ name }) => !isWork(name))
  const trees = new Map<string, ImageTree>()
  for (const { target } of ours) {
    if (!trees.has(target.digest)) trees.set(target.digest, yield* readImageTree(target, present, state.options.snapshotter))
  }
  state.records.clear()
  state.trees.clear()
  state.images.clear()
  for (const record of ours) state.records.set(record.name, record)
  for (const [id, tree] of trees) state.trees.set(id, tree)
  for (const id of trees.keys()) show(state, id)
  return records.filter(({ name }) => isWork(name)).map(({ name }) => name)
})

const presentBlobs = Effect.map(Blob.list(), (blobs): Present => new Map(blobs.map((blob) => [blob.digest, blob])))

/** Brings what is shown of an id in line with records and trees. */
const show = (state: IndexState, id: string) => {
  const tree = state.trees.get(id)
  const names = [...state.records.values()].filter(({ target }) => target.digest === id)
  if (tree === undefined || names.length === 0) {
    state.trees.delete(id)
    state.images.delete(id)
    return
  }
  state.images.set(id, { id, tree, names, view: viewOf(tree, names, state.options.host) })
}

const read = Effect.fnUntraced(function*(state: IndexState, target: ImageRecord.Target) {
  const tree = yield* readImageTree(target, yield* presentBlobs, state.options.snapshotter)
  state.trees.set(target.digest, yield* measureSnapshots(tree, state.options.snapshotter))
})

const put = Effect.fnUntraced(function*(state: IndexState, name: string, target: ImageRecord.Target, known: boolean) {
  const before = state.records.get(name)
  if (before !== undefined && before.target.digest !== target.digest && isLastName(state, before)) {
    yield* set(state, danglingName(before.target.digest), before.target)
  }
  yield* set(state, name, target)
  if (!known || !state.trees.has(target.digest)) yield* read(state, target)
  show(state, target.digest)
  if (before !== undefined && before.target.digest !== target.digest) show(state, before.target.digest)
  const dangling = danglingName(target.digest)
  if (!isDangling(name) && state.records.has(dangling)) {
    yield* ImageRecord.remove(dangling, false)
    state.records.delete(dangling)
    show(state, target.digest)
  }
})

const set = (state: IndexState, name: string, target: ImageRecord.Target) =>
  Effect.map(ImageRecord.put(name, target), (record) => {
    state.records.set(name, record)
  })

const isLastName = (state: IndexState, record: ImageRecord.ImageRecord) =>
  state.images.get(record.target.digest)?.names.every(({ name }) => name === record.name) ?? false

const remove = Effect.fnUntraced(function*(state: IndexState, names: ReadonlyArray<string>) {
  for (const [at, name] of names.entries()) {
    yield* ImageRecord.remove(name, at === names.length - 1)
    const id = state.records.get(name)?.target.digest
    state.records.delete(name)
    if (id !== undefined) show(state, id)
  }
})

/** Somebody made, turned or removed a name: us, most often. */
const refresh = Effect.fnUntraced(function*(state: IndexState, name: string) {
  const before = state.records.get(name)
  const record = yield* ImageRecord.get(name)
  if (record === undefined) state.records.delete(name)
  else state.records.set(name, record)
  const id = record?.target.digest
  if (record !== undefined && (record.updatedNanos !== before?.updatedNanos || !state.trees.has(record.target.digest))) {
    yield* read(state, record.target)
  }
  for (const changed of new Set([id, before?.target.digest])) if (changed !== undefined) show(state, changed)
})

const forgetContent = Effect.fnUntraced(function*(state: IndexState, digest: string) {
  const hit = [...state.images.values()].filter(({ tree }) => tree.manifests.some(({ blobs }) => blobs.has(digest)))
  for (const { id, tree } of hit) {
    yield* read(state, tree.target)
    show(state, id)
  }
})

const measureAll = Effect.fnUntraced(function*(state: IndexState) {
  for (const [id, tree] of state.trees) {
    state.trees.set(id, yield* measureSnapshots(tree, state.options.snapshotter))
    show(state, id)
  }
})
