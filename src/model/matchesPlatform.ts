import type { Platform } from "./Platform.ts"

const defaultVariants: Readonly<Record<string, string>> = { arm64: "v8", arm: "v7" }

/** Variants of 32-bit ARM that run on each, the best first. */
const armVariants: Readonly<Record<string, ReadonlyArray<string>>> = {
  v8: ["v8", "v7", "v6", "v5"],
  v7: ["v7", "v6", "v5"],
  v6: ["v6", "v5"],
  v5: ["v5"]
}

const variantOf = ({ architecture, variant }: Platform) => variant ?? defaultVariants[architecture] ?? ""

/** How well what is offered serves who wants `wanted`: 0 is exactly, more is worse, `undefined` not at all. */
export const platformRank = (wanted: Platform, offered: Platform): number | undefined => {
  if (wanted.os !== offered.os || wanted.architecture !== offered.architecture) return undefined
  const [want, offer] = [variantOf(wanted), variantOf(offered)]
  if (want === offer || wanted.variant === undefined && wanted.architecture !== "arm") return want === offer ? 0 : 1
  if (offered.variant === undefined && wanted.architecture === "amd64") return 1
  const rank = wanted.architecture === "arm" ? (armVariants[want]?.indexOf(offer) ?? -1) : -1
  return rank < 0 ? undefined : rank
}
