import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { type Container as ContainerMessage, Containers } from "./generated/containers_pb.ts"
import { packJson } from "./packAny.ts"
import * as RuncOptions from "./RuncOptions.ts"

/** A container record of containerd: what a task will be made from. Each method is one RPC. */
export interface Container {
  readonly id: string
  updateSpec(spec: unknown): Effect.Effect<void, ContainerdError, Containerd>
  readonly delete: Effect.Effect<void, ContainerdError, Containerd>
}

export interface CreateOptions {
  readonly id: string
  readonly image?: string
  readonly snapshotter: string
  readonly snapshotKey: string
  readonly runtime: { readonly name: string; readonly options?: RuncOptions.RuncOptions }
  /** The OCI runtime specification, as it will stand in `config.json`. */
  readonly spec: unknown
  readonly labels?: Readonly<Record<string, string>>
}

/** What the record says, as far as it is of use once the engine has its own. */
export interface ContainerInfo {
  readonly id: string
  readonly image: string
  readonly runtimeName: string
  readonly snapshotter: string
  readonly snapshotKey: string
  readonly labels: Readonly<Record<string, string>>
}

export const create = Effect.fn("Container.create")(
  function*(options: CreateOptions): Effect.fn.Return<Container, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Containers.method.create, {
      container: {
        id: options.id,
        image: options.image ?? "",
        labels: { ...options.labels },
        snapshotter: options.snapshotter,
        snapshotKey: options.snapshotKey,
        spec: packJson("Spec", options.spec),
        runtime: {
          name: options.runtime.name,
          ...(options.runtime.options === undefined ? {} : { options: RuncOptions.pack(options.runtime.options) })
        }
      }
    })
    return withId(options.id)
  }
)

/** The handle of a record that is known to exist. No RPC. */
export const withId = (id: string): Container => ({
  id,
  updateSpec: Effect.fn("Container.updateSpec")(function*(spec: unknown) {
    const containerd = yield* Containerd
    yield* containerd.unary(Containers.method.update, {
      container: { id, spec: packJson("Spec", spec) },
      updateMask: { paths: ["spec"] }
    })
  }),
  delete: Effect.gen(function*() {
    const containerd = yield* Containerd
    yield* containerd.unary(Containers.method.delete, { id })
  })
})

/** All records of our namespace, streamed, since a plain list fails past 16 MB. RPC: 1. */
export const list: Effect.Effect<ReadonlyArray<ContainerInfo>, ContainerdError, Containerd> = Effect.gen(function*() {
  const containerd = yield* Containerd
  const replies = yield* Stream.runCollect(containerd.serverStream(Containers.method.listStream, {}))
  return replies.flatMap((reply) => reply.container === undefined ? [] : [infoOf(reply.container)])
})

const infoOf = (container: ContainerMessage): ContainerInfo => ({
  id: container.id,
  image: container.image,
  runtimeName: container.runtime?.name ?? "",
  snapshotter: container.snapshotter,
  snapshotKey: container.snapshotKey,
  labels: container.labels
})
