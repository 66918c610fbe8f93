import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { CgroupTree } from "./CgroupTree.ts"

/**
 * The directory that accounts for a container, from the `cgroupsPath` of its spec: of one controller on version 1, of
 * all on version 2. `undefined` where the controller is not mounted.
 */
export const cgroupDirectory = (tree: CgroupTree, cgroupsPath: string, controller: string): string | undefined => {
  const root = tree.version === 2 ? tree.unified : tree.mounts.get(controller)
  return root === undefined ? undefined : `${root}${relativePath(cgroupsPath)}`
}

/** systemd's form `a-b.slice:prefix:name` stands for `/a.slice/a-b.slice/prefix-name.scope`. */
const relativePath = (cgroupsPath: string): string => {
  const [slice = "", prefix, name] = cgroupsPath.split(":")
  if (prefix === undefined || name === undefined) return cgroupsPath
  const parts = slice.replace(/\.slice$/, "").split("-").filter((part) => part !== "")
  const slices = parts.map((_, index) => `/${parts.slice(0, index + 1).join("-")}.slice`)
  return `${slices.join("")}/${prefix}-${name}.scope`
}

const depthMax = 16

/** The host's pids of all processes of a container, those in groups that it made itself included. No RPC. */
export const containerPids = Effect.fn("containerPids")(function*(tree: CgroupTree, cgroupsPath: string) {
  const directory = ["pids", "memory", "devices", "cpu"].map((controller) => cgroupDirectory(tree, cgroupsPath, controller))
    .find((found) => found !== undefined)
  return directory === undefined ? [] : yield* pidsBelow(directory, 0)
})

/** A group that has gone meanwhile has no processes. */
const pidsBelow: (
  directory: string,
  depth: number
) => Effect.Effect<ReadonlyArray<number>, never, FileSystem.FileSystem> = Effect.fnUntraced(function*(directory, depth) {
  const fs = yield* FileSystem.FileSystem
  const text = yield* Effect.orElseSucceed(fs.readFileString(`${directory}/cgroup.procs`), () => "")
  const own = text.split("\n").filter((line) => line !== "").map(Number)
  if (depth >= depthMax) return own
  const entries = yield* Effect.orElseSucceed(fs.readDirectory(directory), (): Array<string> => [])
  // A group has a hundred files of its own, each with a dot or known by its prefix; only directories matter.
  const below = yield* Effect.filter(entries.filter((name) => !/^(cgroup|memory|cpu|pids|io|hugetlb|misc|rdma|dmem|irq)\./.test(name)), (name) =>
    Effect.orElseSucceed(Effect.map(fs.stat(`${directory}/${name}`), ({ type }) => type === "Directory"), () => false))
  const inner = yield* Effect.forEach(below, (name) => pidsBelow(`${directory}/${name}`, depth + 1))
  return [...own, ...inner.flat()]
})
