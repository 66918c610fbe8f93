import * as Effect from "effect/Effect"
import { bindMount } from "./bindMount.ts"
import { defaultMounts } from "./defaultMounts.ts"
import { initMount, wantsInit } from "./init.ts"
import { invalid, type InvalidHostConfig, refuseFirst } from "./InvalidHostConfig.ts"
import { refuseMountTarget } from "./mountTargets.ts"
import type { OciMount } from "./OciSpec.ts"
import { cleanPath } from "./paths.ts"
import type { SecurityOptions } from "./securityOptions.ts"
import type { SpecInput } from "./SpecInput.ts"
import { tmpfsOptions, tmpfsRequestOptions } from "./tmpfsOptions.ts"

/** All mounts of a container in the order in which they are made: the defaults, then its own, parents first. */
export const mounts = Effect.fnUntraced(
  function*(input: SpecInput, security: SecurityOptions): Effect.fn.Return<ReadonlyArray<OciMount>, InvalidHostConfig> {
    const { hostConfig } = input.record
    if (shared(hostConfig.IpcMode) && input.shmSource === undefined) {
      return yield* invalid(`invalid IPC mode: ${hostConfig.IpcMode}`)
    }
    const asked = yield* askedMounts(input)
    const taken = new Set(asked.map(({ destination }) => destination))
    const kept = defaultMounts(input, security.writableCgroups ?? hostConfig.Privileged).filter(({ destination }) =>
      !taken.has(destination) && !(taken.has("/dev") && destination.startsWith("/dev/")))
    const ours = fileMounts(input).filter(({ destination }) => !taken.has(destination))
    return [...kept.map(hostConfig.ReadonlyRootfs ? readOnly : same), ...sorted([...ours, ...asked]), ...(yield* init(input))]
  }
)

const shared = (ipcMode: string): boolean => ipcMode === "shareable" || ipcMode.startsWith("container:")

const askedMounts = Effect.fnUntraced(function*({ record, recursiveReadOnly }: SpecInput) {
  const { hostConfig } = record
  const requests = new Map((hostConfig.Mounts ?? []).map((request) => [cleanPath(request.Target), request]))
  const tmpfs = new Map(Object.entries(hostConfig.Tmpfs ?? {}).map(([path, options]) => [cleanPath(path), options]))
  for (const { Destination, Type } of record.mounts) {
    const request = requests.get(Destination)
    if (Type === "tmpfs" && !tmpfs.has(Destination)) tmpfs.set(Destination, request === undefined ? "" : tmpfsRequestOptions(request))
  }
  const bound = record.mounts.filter(({ Type }) => Type !== "tmpfs")
  yield* refuseFirst([...bound.map(({ Destination }) => Destination), ...tmpfs.keys()].map((target) =>
    refuseMountTarget(target, hostConfig.Privileged)))
  const binds = yield* Effect.forEach(bound, (mount) => bindMount(mount, requests.get(mount.Destination), recursiveReadOnly))
  return [
    ...binds,
    ...[...tmpfs].map(([destination, options]): OciMount =>
      ({ destination, type: "tmpfs", source: "tmpfs", options: tmpfsOptions(options) }))
  ]
})

const fileMounts = ({ files, record }: SpecInput): ReadonlyArray<OciMount> =>
  ([["/etc/resolv.conf", files.resolvConf], ["/etc/hostname", files.hostname], ["/etc/hosts", files.hosts]] as const)
    .flatMap(([destination, source]) =>
      source === undefined ? [] : [{
        destination,
        type: "bind",
        source,
        options: ["rbind", ...(record.hostConfig.ReadonlyRootfs ? ["ro"] : []), "rprivate"]
      }])

const init = ({ defaults, initPath, record: { hostConfig } }: SpecInput): Effect.Effect<ReadonlyArray<OciMount>, InvalidHostConfig> => {
  if (!wantsInit(hostConfig, defaults)) return Effect.succeed([])
  return initPath === undefined ? invalid("no init binary for --init: set init-path") : Effect.succeed([initMount(initPath)])
}

const depth = ({ destination }: OciMount): number => destination.split("/").length

/** A parent before what is mounted in it; otherwise in the order asked for. */
const sorted = (all: ReadonlyArray<OciMount>): ReadonlyArray<OciMount> => all.toSorted((a, b) => depth(a) - depth(b))

const writableAlways = new Set(["/proc", "/dev", "/dev/pts", "/dev/shm", "/dev/mqueue"])

/** A default that says itself which it is, such as a privileged container's `/sys`, stays so. */
const readOnly = (mount: OciMount): OciMount =>
  writableAlways.has(mount.destination) || mount.options.some((option) => option === "ro" || option === "rw")
    ? mount
    : { ...mount, options: [...mount.options, "ro"] }

const same = (mount: OciMount): OciMount => mount
