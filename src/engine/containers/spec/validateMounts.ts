import type { HostConfig, MountRequest } from "../../../model/HostConfig.ts"
import { refuseMountTarget } from "./mountTargets.ts"
import { cleanPath } from "./paths.ts"
import { refuseTmpfsOptions, refuseTmpfsRequest } from "./tmpfsOptions.ts"

const propagations = ["", "private", "rprivate", "shared", "rshared", "slave", "rslave"]

/** What of `Mounts`, `Tmpfs` and the targets of `Binds` cannot be. Whether sources exist is for those to see who open them. */
export function* refuseMounts(hostConfig: HostConfig): Iterable<string | undefined> {
  const taken = new Set<string>()
  const tmpfs = Object.entries(hostConfig.Tmpfs ?? {})
  for (const [target] of tmpfs) {
    yield refuseMountTarget(target, hostConfig.Privileged)
    taken.add(cleanPath(target))
  }
  for (const [, options] of tmpfs) yield refuseTmpfsOptions(options)
  for (const request of hostConfig.Mounts ?? []) {
    const reason = refuseMount(request, hostConfig.Privileged)
    yield reason === undefined ? undefined : `invalid mount config for type ${JSON.stringify(request.Type)}: ${reason}`
  }
  for (const target of [...bindTargets(hostConfig.Binds), ...(hostConfig.Mounts ?? []).map(({ Target }) => Target)]) {
    yield refuseMountTarget(target, hostConfig.Privileged)
    if (taken.has(cleanPath(target))) yield `Duplicate mount point: ${target}`
    taken.add(cleanPath(target))
  }
}

/** `source:target[:options]`, or a target alone, which is a volume without a name. */
const bindTargets = (binds: ReadonlyArray<string> | null): ReadonlyArray<string> =>
  (binds ?? []).flatMap((bind) => {
    const [first = "", second = first] = bind.split(":")
    return second.startsWith("/") ? [second] : []
  })

const refuseMount = (request: MountRequest, privileged: boolean): string | undefined => {
  const { BindOptions, Source, Target, TmpfsOptions, Type, VolumeOptions } = request
  if (Type !== "bind" && BindOptions !== null) return "field BindOptions must not be specified"
  if (Type !== "volume" && VolumeOptions !== null) return "field VolumeOptions must not be specified"
  if (Type !== "tmpfs" && TmpfsOptions !== null) return "field TmpfsOptions must not be specified"
  if (Target === "") return "field Target must not be empty"
  const target = refuseMountTarget(Target, privileged)
  if (target !== undefined) return target
  switch (Type) {
    case "bind":
      if (Source === "") return "field Source must not be empty"
      if (!propagations.includes(BindOptions?.Propagation ?? "")) return `invalid propagation mode: ${BindOptions?.Propagation}`
      return Source.startsWith("/") ? undefined : `invalid mount path: '${Source}' mount path must be absolute`
    case "volume":
      return refuseSubpath(Source, VolumeOptions?.Subpath ?? "")
    case "tmpfs":
      return Source === "" ? refuseTmpfsRequest(request) : "field Source must not be specified"
    case "image":
      return Source === "" ? "field Source must not be empty" : undefined
    default:
      return "mount type unknown"
  }
}

const refuseSubpath = (source: string, subpath: string): string | undefined => {
  if (subpath === "") return undefined
  if (source === "") return "must not set Subpath when using anonymous volumes"
  const leaves = subpath.startsWith("/") || subpath.split("/").includes("..")
  return leaves ? "subpath must be a relative path within the volume" : undefined
}
