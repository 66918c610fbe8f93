import * as Effect from "effect/Effect"
import * as Snapshot from "../../containerd/Snapshot.ts"
import { Images } from "../images/Images.ts"
import type { ContainerView } from "./ContainerView.ts"

/** What a container takes up. */
export interface ContainerSize {
  /** What it wrote itself. */
  readonly writableBytes: number
  /** That, with the layers it stands on. */
  readonly rootfsBytes: number
}

/** RPC: 1. What cannot be measured, since it is just being removed, is nothing. */
export const measureContainer = Effect.fn("Containers.measure")(function*({ record }: ContainerView) {
  const images = yield* Images
  const writableBytes = yield* Snapshot.usage({ snapshotter: record.snapshotter, key: record.id }).pipe(
    Effect.map(({ bytes }) => Number(bytes)),
    Effect.orElseSucceed(() => 0)
  )
  const layersBytes = yield* images.inspect(record.imageId).pipe(
    Effect.map(({ manifests }) =>
      manifests.find(({ descriptor }) => descriptor.digest === record.imageManifest)?.unpackedBytes ?? 0),
    Effect.orElseSucceed(() => 0)
  )
  return { writableBytes, rootfsBytes: writableBytes + layersBytes } satisfies ContainerSize
})
