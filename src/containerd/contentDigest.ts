import { createHash } from "node:crypto"

/** How content is named: `sha256:` and 64 hexadecimal digits. */
export const contentDigest = (content: Uint8Array | string): string =>
  `sha256:${createHash("sha256").update(content).digest("hex")}`

/** Names the snapshot in which all these layers, given by the digests of their plain form, lie on one another. */
export const chainIds = (diffIds: ReadonlyArray<string>): ReadonlyArray<string> => {
  const chains: Array<string> = []
  for (const diffId of diffIds) {
    const below = chains.at(-1)
    chains.push(below === undefined ? diffId : contentDigest(`${below} ${diffId}`))
  }
  return chains
}
