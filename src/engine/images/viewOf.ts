import type { ImageRecord } from "../../containerd/ImageRecord.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { platformRank } from "../../model/matchesPlatform.ts"
import type { Platform } from "../../model/Platform.ts"
import { referenceOf } from "./imageNames.ts"
import type { ImageManifest, ImageTree } from "./ImageTree.ts"
import type { ImagePlatformView, ImageView, ManifestView } from "./ImageView.ts"

/** What is shown of an image under these names on a host of this platform. */
export const viewOf = (tree: ImageTree, names: ReadonlyArray<ImageRecord>, host: Platform): ImageView => {
  const references = names.flatMap(({ name }) => referenceOf(name) ?? [])
  const shown = choose(tree, host)
  return {
    id: tree.target.digest,
    target: tree.target,
    repoTags: distinct(references.flatMap((reference) =>
      reference.tag === undefined || reference.digest !== undefined ? [] : [ImageReference.familiar(reference)])),
    repoDigests: distinct(references.map((reference) => `${ImageReference.familiarName(reference)}@${tree.target.digest}`)),
    created: shown?.config?.created ?? "",
    lastTagTimeNanos: names.reduce((last, { updatedNanos }) => updatedNanos > last ? updatedNanos : last, 0n),
    sizeBytes: sizeOf(tree),
    shown: shown === undefined ? undefined : platformViewOf(shown),
    manifests: tree.manifests.map(manifestViewOf)
  }
}

/** The manifest for a platform: what fits best of what is here; without a wish the host's, else the first there is. */
export const choose = (tree: ImageTree, host: Platform, wanted?: Platform): ImageManifest | undefined => {
  const here = tree.manifests.filter(({ available, kind }) => available && kind === "image")
  const ranked = here
    .map((manifest) => ({
      manifest,
      rank: manifest.platform === undefined ? undefined : platformRank(wanted ?? host, manifest.platform)
    }))
    .filter(({ rank }) => rank !== undefined)
    .toSorted((a, b) => (a.rank ?? 0) - (b.rank ?? 0))
  return ranked[0]?.manifest ?? (wanted === undefined ? here[0] : undefined)
}

export const platformViewOf = (manifest: ImageManifest): ImagePlatformView | undefined =>
  manifest.config === undefined || manifest.platform === undefined ? undefined : {
    manifest: manifest.descriptor,
    platform: manifest.platform,
    config: manifest.config,
    chainId: manifest.chainIds.at(-1) ?? "",
    diffIds: manifest.diffIds
  }

const manifestViewOf = (manifest: ImageManifest): ManifestView => ({
  descriptor: manifest.descriptor,
  available: manifest.available,
  kind: manifest.kind,
  platform: manifest.platform,
  attestationFor: manifest.attestationFor,
  contentBytes: total(manifest.blobs.values()),
  unpackedBytes: total(manifest.layerBytes)
})

/** Each blob and each snapshot once, by name; 0 for what is not known yet. */
export const piecesOf = (tree: ImageTree): ReadonlyMap<string, number> => {
  const pieces = new Map<string, number>()
  if (tree.manifests.length !== 1 || tree.manifests[0]?.descriptor.digest !== tree.target.digest) {
    pieces.set(tree.target.digest, tree.target.size)
  }
  for (const manifest of tree.manifests) {
    for (const [digest, size] of manifest.blobs) pieces.set(digest, size)
    manifest.chainIds.forEach((chain, index) => pieces.set(`snapshot ${chain}`, manifest.layerBytes[index] ?? 0))
  }
  return pieces
}

const sizeOf = (tree: ImageTree) => total(piecesOf(tree).values())

const total = (sizes: Iterable<number | undefined>): number => {
  let sum = 0
  for (const size of sizes) sum += size ?? 0
  return sum
}

const distinct = (values: ReadonlyArray<string>): ReadonlyArray<string> => [...new Set(values)]
