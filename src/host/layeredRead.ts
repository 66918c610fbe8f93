import * as Effect from "effect/Effect"
import type { SnapshotMount } from "../model/SnapshotMount.ts"
import { PathFailed, pinAt, pinDirectory, type Pinned, readLinkAt, readPinned } from "./openAt.ts"
import { smallFileBytesMax } from "./RootFs.ts"

const linksMax = 40

/**
 * A small file of a root file system that is not mounted, read from the layers that an overlay mount would join: the
 * topmost one that has the path decides, a whiteout hides those below, links are followed inside the whole. That a
 * directory is opaque is kept in an attribute that Node cannot read: below one, files of lower layers are still seen.
 */
export const layeredRead = Effect.fn("layeredRead")(function*(
  mounts: ReadonlyArray<SnapshotMount>,
  path: string,
  bytesMax: number = smallFileBytesMax
): Effect.fn.Return<Uint8Array, PathFailed> {
  const layers = layerDirectories(mounts)
  let pending = path.split("/")
  const resolved: Array<string> = []
  let links = 0
  while (pending.length > 0) {
    const [name = "", ...rest] = pending
    pending = rest
    if (name === "" || name === ".") continue
    if (name === "..") {
      resolved.pop()
      continue
    }
    const found = yield* Effect.scoped(lookInLayers(layers, [...resolved, name], path, rest.every(isNothing), bytesMax))
    if (found.type === "file") return found.content
    if (found.type === "directory") {
      resolved.push(name)
      continue
    }
    links += 1
    if (links > linksMax) return yield* new PathFailed({ path, code: "ELOOP" })
    if (found.target.startsWith("/")) resolved.length = 0
    pending = [...found.target.split("/"), ...rest]
  }
  return yield* new PathFailed({ path, code: "EISDIR" })
})

const isNothing = (name: string): boolean => name === "" || name === "."

/** From the uppermost to the lowest. */
const layerDirectories = (mounts: ReadonlyArray<SnapshotMount>): ReadonlyArray<string> =>
  mounts.flatMap(({ options, source, type }) => {
    if (type !== "overlay") return type === "bind" || type === "rbind" ? [source] : []
    const valueOf = (name: string) =>
      options.filter((option) => option.startsWith(`${name}=`)).flatMap((option) => option.slice(name.length + 1).split(":"))
    return [...valueOf("upperdir"), ...valueOf("lowerdir")].filter((directory) => directory !== "")
  })

type Found =
  | { readonly type: "directory" }
  | { readonly type: "file"; readonly content: Uint8Array }
  | { readonly type: "link"; readonly target: string }

const lookInLayers = Effect.fnUntraced(function*(
  layers: ReadonlyArray<string>,
  names: ReadonlyArray<string>,
  path: string,
  last: boolean,
  bytesMax: number
) {
  for (const layer of layers) {
    const { fd } = yield* pinDirectory(layer)
    const found = yield* lookInLayer(fd, names, path)
    if (found === "absent") continue
    if (found === "hidden") break
    const { at, entry } = found
    if (entry.stats.isDirectory()) return directory
    if (entry.stats.isSymbolicLink()) {
      return { type: "link", target: yield* readLinkAt(at, names.at(-1) ?? "", path) } satisfies Found as Found
    }
    if (!last) return yield* new PathFailed({ path, code: "ENOTDIR" })
    return { type: "file", content: yield* readPinned(entry, path, bytesMax) } satisfies Found as Found
  }
  return yield* new PathFailed({ path, code: "ENOENT" })
})

const directory: Found = { type: "directory" }

/** The names lead through directories only: links among them were expanded before. */
const lookInLayer = Effect.fnUntraced(function*(root: number, names: ReadonlyArray<string>, path: string) {
  let at = root
  let entry: Pinned | undefined
  for (const [index, name] of names.entries()) {
    const found: Pinned | undefined = yield* pinAt(at, name, path).pipe(
      Effect.catchIf(({ code }) => code === "ENOENT", () => Effect.succeed(undefined))
    )
    if (found === undefined) return "absent"
    if (isWhiteout(found)) return "hidden"
    if (index === names.length - 1) entry = found
    else if (found.stats.isDirectory()) at = found.fd
    else return "hidden"
  }
  return entry === undefined ? "absent" : { at, entry }
})

const isWhiteout = ({ stats }: Pinned): boolean => stats.isCharacterDevice() && stats.rdev === 0n
