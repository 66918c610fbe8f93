import * as Effect from "effect/Effect"
import type { MountRequest } from "../../../model/HostConfig.ts"
import type { MountPoint } from "../../../model/MountPoint.ts"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciMount } from "./OciSpec.ts"

/** The mount of a bind or a volume. `request` is the entry of `Mounts` it came from, if it did. */
export const bindMount = (
  { Destination, Propagation, RW, Source }: MountPoint,
  request: MountRequest | undefined,
  recursiveReadOnly: boolean
): Effect.Effect<OciMount, InvalidHostConfig> => {
  const options = request?.BindOptions ?? { NonRecursive: false, ReadOnlyForceRecursive: false, ReadOnlyNonRecursive: false }
  if (!RW && options.ReadOnlyForceRecursive) {
    if (options.ReadOnlyNonRecursive) return invalid("mount options conflict: ReadOnlyNonRecursive && ReadOnlyForceRecursive")
    if (!recursiveReadOnly) return invalid("rro is not supported: the runtime does not know the mount option")
  }
  const recursive = recursiveReadOnly && !options.ReadOnlyNonRecursive && !options.NonRecursive
  return Effect.succeed({
    destination: Destination,
    type: "bind",
    source: Source,
    options: [
      options.NonRecursive ? "bind" : "rbind",
      ...(RW ? [] : recursive ? ["ro", "rro"] : ["ro"]),
      Propagation === "" ? "rprivate" : Propagation
    ]
  })
}

/** What the root file system's own propagation must be, so that its mounts can have theirs. */
export const rootfsPropagation = (mounts: ReadonlyArray<MountPoint>): string | undefined => {
  const wanted = new Set(mounts.filter(({ Type }) => Type !== "tmpfs").map(({ Propagation }) => Propagation))
  if (wanted.has("shared") || wanted.has("rshared")) return "shared"
  return wanted.has("slave") || wanted.has("rslave") ? "rslave" : undefined
}
