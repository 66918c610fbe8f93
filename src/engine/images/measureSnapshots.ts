import * as Effect from "effect/Effect"
import * as Snapshot from "../../containerd/Snapshot.ts"
import { ImageMetadata } from "./ImageMetadata.ts"
import type { ImageManifest, ImageTree } from "./ImageTree.ts"
import { usageKey } from "./readImageTree.ts"

/** Fills in how much the unpacked layers take, where that is not known. RPC: 1 for each layer that is new. */
export const measureSnapshots = Effect.fnUntraced(function*(tree: ImageTree, snapshotter: string) {
  const manifests = yield* Effect.forEach(tree.manifests, (manifest) =>
    manifest.unpacked && manifest.layerBytes.includes(undefined) ? measure(manifest, snapshotter) : Effect.succeed(manifest))
  return { ...tree, manifests } satisfies ImageTree
})

const measure = Effect.fnUntraced(function*(manifest: ImageManifest, snapshotter: string) {
  const metadata = yield* ImageMetadata
  const layerBytes = yield* Effect.forEach(manifest.chainIds, (key) => {
    const known = metadata.get(usageKey(key))
    if (known !== undefined) return Effect.succeed(Number(known))
    return Snapshot.usage({ snapshotter, key }).pipe(
      Effect.map(({ bytes }) => Number(bytes)),
      Effect.tap((bytes) => metadata.put(usageKey(key), String(bytes))),
      // Gone in the meantime, or not told: then it is not known.
      Effect.catch(() => Effect.succeed(undefined))
    )
  }, { concurrency: 4 })
  return { ...manifest, layerBytes }
})
