import * as Effect from "effect/Effect"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { nanosOf } from "./ExitStatus.ts"
import { type Image, Images } from "./generated/images_pb.ts"

/** A name that points at content. */
export interface ImageRecord {
  readonly name: string
  readonly target: Target
  readonly createdNanos: bigint
  readonly updatedNanos: bigint
}

export interface Target {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
}

/** All names in our namespace. RPC: 1. */
export const list = Effect.fn("ImageRecord.list")(
  function*(): Effect.fn.Return<ReadonlyArray<ImageRecord>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const { images } = yield* containerd.unary(Images.method.list, {}, { timeout: "30 seconds" })
    return images.flatMap(fromMessage)
  }
)

/** RPC: 1. */
export const get = Effect.fn("ImageRecord.get")(
  function*(name: string): Effect.fn.Return<ImageRecord | undefined, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    return yield* containerd.unary(Images.method.get, { name }).pipe(
      Effect.map(({ image }) => image === undefined ? undefined : fromMessage(image)[0]),
      Effect.catchIf(isNotFound, () => Effect.undefined)
    )
  }
)

/** Makes the name, or turns it to the target if it is there. RPC: 1; 2 if it is there. */
export const put = Effect.fn("ImageRecord.put")(
  function*(name: string, target: Target): Effect.fn.Return<ImageRecord, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const image = { name, target: { ...target, size: BigInt(target.size) } }
    const reply = yield* containerd.unary(Images.method.create, { image }).pipe(
      Effect.catchIf(
        (error) => error.reason === "AlreadyExists",
        () => containerd.unary(Images.method.update, { image, updateMask: { paths: ["target"] } })
      )
    )
    const [record] = reply.image === undefined ? [] : fromMessage(reply.image)
    return record ?? { name, target, createdNanos: 0n, updatedNanos: 0n }
  }
)

/** Removes the name, if it is there; with `sync` what nothing refers to any more is collected before the reply. RPC: 1. */
export const remove = Effect.fn("ImageRecord.remove")(
  function*(name: string, sync: boolean): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* Effect.catchIf(containerd.unary(Images.method.delete, { name, sync }), isNotFound, () => Effect.void)
  }
)

const isNotFound = (error: ContainerdError) => error.reason === "NotFound"

const fromMessage = (image: Image): ReadonlyArray<ImageRecord> =>
  image.target === undefined ? [] : [{
    name: image.name,
    target: {
      mediaType: image.target.mediaType,
      digest: image.target.digest,
      size: Number(image.target.size)
    },
    createdNanos: nanosOf(image.createdAt),
    updatedNanos: nanosOf(image.updatedAt)
  }]
