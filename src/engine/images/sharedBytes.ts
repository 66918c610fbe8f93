import type { IndexedImage } from "./ImageIndex.ts"
import { piecesOf } from "./viewOf.ts"

/** For each image the bytes that at least one other holds as well. */
export const sharedBytes = (images: ReadonlyMap<string, IndexedImage>): ReadonlyMap<string, number> => {
  const pieces = [...images.values()].map(({ id, tree }) => ({ id, pieces: piecesOf(tree) }))
  const holders = new Map<string, number>()
  for (const image of pieces) for (const piece of image.pieces.keys()) holders.set(piece, (holders.get(piece) ?? 0) + 1)
  return new Map(pieces.map((image) => {
    let shared = 0
    for (const [piece, size] of image.pieces) if ((holders.get(piece) ?? 0) > 1) shared += size
    return [image.id, shared]
  }))
}
