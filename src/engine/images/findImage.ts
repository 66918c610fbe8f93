import * as Effect from "effect/Effect"
import { formatPlatform, type Platform } from "../../model/Platform.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { platformRank } from "../../model/matchesPlatform.ts"
import { NoSuchPlatform } from "./ImageFailures.ts"
import type { IndexedImage } from "./ImageIndex.ts"
import type { ImageManifest } from "./ImageTree.ts"
import type { FoundImage } from "./ImageView.ts"
import { resolveImage } from "./resolveImage.ts"
import { choose, platformViewOf } from "./viewOf.ts"

/** The manifest for the platform asked for, or a failure in Docker's words. */
export const requirePlatform = (
  image: IndexedImage,
  asked: string,
  host: Platform,
  platform: Platform | undefined
): Effect.Effect<ImageManifest, NoSuchPlatform> => {
  const manifest = choose(image.tree, host, platform)
  return manifest === undefined ? Effect.fail(notFor(asked, platform ?? host)) : Effect.succeed(manifest)
}

const notFor = (asked: string, platform: Platform) =>
  new NoSuchPlatform({
    reference: asked,
    message: `image with reference ${asked} was found but does not provide the specified platform (${formatPlatform(platform)})`
  })

/** The image to make a container from. */
export const findImage = Effect.fnUntraced(function*(
  images: ReadonlyMap<string, IndexedImage>,
  asked: string,
  host: Platform,
  wanted: Platform | undefined
) {
  const { image, reference } = yield* resolveImage(images, asked)
  const manifest = yield* requirePlatform(image, asked, host, wanted)
  const shown = platformViewOf(manifest)
  if (shown === undefined) return yield* notFor(asked, wanted ?? host)
  const foreign = wanted === undefined && platformRank(host, shown.platform) === undefined
  return {
    id: image.id,
    manifestDigest: shown.manifest.digest,
    platform: shown.platform,
    config: shown.config,
    chainId: shown.chainId,
    diffIds: shown.diffIds,
    unpacked: manifest.unpacked,
    reference: reference === undefined || reference.tag === undefined ? undefined : ImageReference.familiar(reference),
    platformWarning: foreign
      ? `The requested image's platform (${formatPlatform(shown.platform)}) does not match the detected host platform ` +
        `(${formatPlatform(host)}) and no specific platform was requested`
      : undefined
  } satisfies FoundImage
})
