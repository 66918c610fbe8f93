import * as Effect from "effect/Effect"
import { unpackLayers } from "../../containerd/unpackLayers.ts"
import { ImageIndex } from "./ImageIndex.ts"
import type { ImageManifest } from "./ImageTree.ts"

/** Makes the snapshots of a manifest that came without. */
export const unpackManifest = Effect.fnUntraced(function*(manifest: ImageManifest, lease: string) {
  const { options: { snapshotter } } = yield* ImageIndex
  yield* unpackLayers({
    layers: manifest.layers.map(({ digest, mediaType, size }) => ({ digest, mediaType, size })),
    diffIds: manifest.diffIds,
    configDigest: manifest.configDigest ?? "",
    snapshotter,
    lease
  })
})
