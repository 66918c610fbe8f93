import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { HostConfig, MountRequest } from "../../model/HostConfig.ts"
import type { MountPoint } from "../../model/MountPoint.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { cleanPath } from "./spec/paths.ts"

const propagations = ["private", "rprivate", "shared", "rshared", "slave", "rslave"]
/** Labels and hints of other platforms, which change nothing here. */
const inert = ["z", "Z", "nocopy", "consistent", "cached", "delegated"]

/** The mounts that a container asks for, by `Binds` and by `Mounts`, as inspect shows them. */
export const resolveMounts = Effect.fnUntraced(function*({ Binds, Mounts, Tmpfs }: HostConfig) {
  const points = [
    ...yield* Effect.forEach(Binds ?? [], parseBind),
    ...yield* Effect.forEach(Mounts ?? [], parseRequest)
  ]
  const targets = [...points.map((point) => point.Destination), ...Object.keys(Tmpfs ?? {}).map(cleanPath)]
  const twice = targets.find((target, index) => targets.indexOf(target) !== index)
  return twice === undefined ? points : yield* invalid(`Duplicate mount point: ${twice}`)
})

/** `/host:/container[:options]` */
const parseBind = (bind: string): Effect.Effect<MountPoint, InvalidRequest> => {
  const [source = "", target = "", mode = "", ...rest] = bind.split(":")
  if (rest.length > 0 || source === "" || target === "") return invalid(`invalid volume specification: '${bind}'`)
  const words = mode.split(",").filter((word) => word !== "")
  const wrong = words.find((word) => !["ro", "rw", ...inert, ...propagations].includes(word))
  const propagation = words.filter((word) => propagations.includes(word))
  if (wrong !== undefined || propagation.length > 1 || (words.includes("ro") && words.includes("rw"))) {
    return invalid(`invalid mode: ${mode}`)
  }
  if (!target.startsWith("/")) {
    return invalid(`invalid volume specification: '${bind}': invalid mount config for type "bind": invalid mount path: '${target}' mount path must be absolute`)
  }
  if (cleanPath(target) === "/") return invalid(`invalid volume specification: '${bind}': invalid mount config for type "bind": invalid specification: destination can't be '/'`)
  return Effect.succeed({
    Type: "bind",
    Source: cleanPath(source),
    Destination: cleanPath(target),
    Mode: mode,
    RW: !words.includes("ro"),
    Propagation: propagation[0] ?? "rprivate"
  })
}

const parseRequest = Effect.fnUntraced(function*(request: MountRequest) {
  const refuse = (what: string) => invalid(`invalid mount config for type "${request.Type}": ${what}`)
  if (request.Target === "") return yield* refuse("field Target must not be empty")
  if (!request.Target.startsWith("/")) {
    return yield* refuse(`invalid mount path: '${request.Target}' mount path must be absolute`)
  }
  if (cleanPath(request.Target) === "/") return yield* refuse("invalid specification: destination can't be '/'")
  if (request.Type === "tmpfs") return tmpfsPoint(request)
  if (request.VolumeOptions !== null) return yield* refuse("field VolumeOptions must not be specified")
  if (request.Source === "") return yield* refuse("field Source must not be empty")
  if (!request.Source.startsWith("/")) return yield* refuse(`invalid mount path: '${request.Source}' mount path must be absolute`)
  const propagation = request.BindOptions?.Propagation ?? ""
  if (propagation !== "" && !propagations.includes(propagation)) return yield* refuse(`invalid propagation mode: ${propagation}`)
  const fs = yield* FileSystem.FileSystem
  const exists = yield* Effect.orElseSucceed(fs.exists(request.Source), () => false)
  if (!exists && request.BindOptions?.CreateMountpoint !== true) {
    return yield* refuse(`bind source path does not exist: ${request.Source}`)
  }
  return {
    Type: "bind",
    Source: cleanPath(request.Source),
    Destination: cleanPath(request.Target),
    Mode: "",
    RW: !request.ReadOnly,
    Propagation: propagation === "" ? "rprivate" : propagation
  } satisfies MountPoint
})

const tmpfsPoint = ({ ReadOnly, Target }: MountRequest): MountPoint => ({
  Type: "tmpfs",
  Source: "",
  Destination: cleanPath(Target),
  Mode: "",
  RW: !ReadOnly,
  Propagation: ""
})

/** Docker makes the directories that `-v` names and that are not there. */
export const makeBindSources = Effect.fnUntraced(function*(mounts: ReadonlyArray<MountPoint>) {
  const fs = yield* FileSystem.FileSystem
  yield* Effect.forEach(mounts, ({ Source, Type }) =>
    Type !== "bind" ? Effect.void : Effect.flatMap(fs.exists(Source), (exists) =>
      exists ? Effect.void : fs.makeDirectory(Source, { recursive: true })), { discard: true })
})

const invalid = (message: string) => Effect.fail(new InvalidRequest({ message }))
