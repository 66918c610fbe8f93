import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { MountEntry } from "./mountinfo.ts"

/** How this host's cgroups are mounted. */
export interface CgroupTree {
  /** 1 also when hybrid: version 1 hierarchies with a version 2 tree beside them, which runtimes use for no limit. */
  readonly version: 1 | 2
  readonly hybrid: boolean
  /** Where each version 1 controller is mounted; empty on version 2. */
  readonly mounts: ReadonlyMap<string, string>
  /** Where the version 2 tree is mounted, if it is. */
  readonly unified: string | undefined
  /** The controllers that limits can come from. */
  readonly controllers: ReadonlySet<string>
  /** crun refuses a hybrid tree whose version 2 side has controllers of its own; it must not see that mount. */
  readonly crunNeedsUnshare: boolean
}

const root = "/sys/fs/cgroup"

export const readCgroupTree = Effect.fnUntraced(function*(mounted: ReadonlyArray<MountEntry>) {
  const fs = yield* FileSystem.FileSystem
  const unified = mounted.find(({ fsType, mountPoint }) => fsType === "cgroup2" && mountPoint.startsWith(root))?.mountPoint
  const version = unified === root ? 2 : 1
  const unifiedControllers = unified === undefined
    ? []
    : words(yield* Effect.orElseSucceed(fs.readFileString(`${unified}/cgroup.controllers`), () => ""))
  const mounts = version === 2 ? new Map<string, string>() : controllerMounts(mounted)
  const tree: CgroupTree = {
    version,
    hybrid: version === 1 && unified !== undefined,
    mounts,
    unified,
    controllers: new Set(version === 2 ? unifiedControllers : mounts.keys()),
    crunNeedsUnshare: unified === `${root}/unified` && unifiedControllers.length > 0 &&
      mounted.some(({ fsType, mountPoint }) => mountPoint === root && fsType === "tmpfs")
  }
  return tree
})

const words = (text: string): ReadonlyArray<string> => text.split(/\s+/).filter((word) => word !== "")

/** A hierarchy's controllers are among its options; `name=systemd` and flags are not controllers. */
const controllerMounts = (mounted: ReadonlyArray<MountEntry>): ReadonlyMap<string, string> =>
  new Map(mounted.filter(({ fsType }) => fsType === "cgroup").flatMap(({ mountPoint, superOptions }) =>
    superOptions.filter((option) => !["rw", "ro", "xattr", "clone_children"].includes(option) && !option.includes("="))
      .map((controller) => [controller, mountPoint] as const)))
