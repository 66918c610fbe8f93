import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { BigIntStats, Dirent } from "node:fs"
import * as fs from "node:fs"
import { fromCallback } from "./fromCallback.ts"

/** A device could not be found on the host. `reason` is the kernel's, in lower case: `no such file or directory`. */
export class DeviceNotFound extends Schema.TaggedError<DeviceNotFound>()("DeviceNotFound", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `error gathering device information while adding custom device "${this.path}": ${this.reason}`
  }
}

/** A device node as a container gets it. */
export interface HostDevice {
  /** In the container. */
  readonly path: string
  readonly type: "b" | "c"
  readonly major: number
  readonly minor: number
  /** Permission bits. */
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
  /** Of `r`, `w` and `m` (make a node). */
  readonly access: string
}

/** The device nodes of the host. */
export class HostDevices extends Context.Service<HostDevices, {
  /**
   * The device at `pathOnHost`, or all in the directory of that name and below it, moved to `pathInContainer`. A link
   * is followed where it is the path itself, not below it.
   */
  find(pathOnHost: string, pathInContainer: string, access: string): Effect.Effect<ReadonlyArray<HostDevice>, DeviceNotFound>
  /** Every device in `/dev`, for privileged containers. Terminals, shm, mqueue and the like are not the host's to give. */
  readonly all: Effect.Effect<ReadonlyArray<HostDevice>>
  /** The numbers of devices that limits are set on, by path. */
  numbers(paths: ReadonlyArray<string>): Effect.Effect<
    ReadonlyMap<string, { readonly major: number; readonly minor: number }>,
    DeviceNotFound
  >
}>()("gantry/host/HostDevices") {
  static readonly layer = Layer.sync(this, () => HostDevices.of({ all, find, numbers }))
}

/** Bounds for a directory that a client names. */
const devicesMax = 10_000
const depthMax = 16

const find = Effect.fn("HostDevices.find")(function*(pathOnHost: string, pathInContainer: string, access: string) {
  const inContainer = pathInContainer === "" ? pathOnHost : pathInContainer
  const stats = yield* statOf(pathOnHost)
  if (stats.isDirectory()) {
    const found = yield* below(pathOnHost, new Set(), 0)
    return found.slice(0, devicesMax).map((device) =>
      ({ ...device, path: `${inContainer}${device.path.slice(pathOnHost.length)}`, access }))
  }
  const device = deviceOf(inContainer, stats, access)
  return device === undefined
    ? yield* new DeviceNotFound({ path: pathOnHost, reason: "not a device node" })
    : [device]
})

/** Kept out of privileged containers, as they have their own. */
const ownDirectories = new Set(["pts", "shm", "fd", "mqueue", ".lxc", ".lxd-mounts", ".udev"])

const all = Effect.suspend(() => below("/dev", ownDirectories, 0)).pipe(
  Effect.map((found) => found.filter(({ path }) => path !== "/dev/console")),
  Effect.withSpan("HostDevices.all")
)

const numbers = Effect.fn("HostDevices.numbers")(function*(paths: ReadonlyArray<string>) {
  const found = yield* Effect.forEach(paths, (path) =>
    Effect.flatMap(statOf(path), (stats) => {
      const device = deviceOf(path, stats, "")
      return device === undefined
        ? Effect.fail(new DeviceNotFound({ path, reason: "not a device node" }))
        : Effect.succeed([path, { major: device.major, minor: device.minor }] as const)
    }))
  return new Map(found)
})

const below = (
  directory: string,
  except: ReadonlySet<string>,
  depth: number
): Effect.Effect<ReadonlyArray<HostDevice>> =>
  depth >= depthMax ? Effect.succeed([]) : Effect.gen(function*() {
    const entries = yield* Effect.orElseSucceed(
      fromCallback<ReadonlyArray<Dirent>>((done) => fs.readdir(directory, { withFileTypes: true }, done)),
      (): ReadonlyArray<Dirent> => []
    )
    const found = yield* Effect.forEach(entries, (entry): Effect.Effect<ReadonlyArray<HostDevice>> => {
      const path = `${directory}/${entry.name}`
      if (except.has(entry.name)) return Effect.succeed([])
      if (entry.isDirectory()) return below(path, except, depth + 1)
      if (!entry.isCharacterDevice() && !entry.isBlockDevice()) return Effect.succeed([])
      return statOf(path).pipe(
        Effect.map((stats) => deviceOf(path, stats, "rwm")),
        Effect.map((device) => device === undefined ? [] : [device]),
        // Gone since it was listed.
        Effect.orElseSucceed(() => [])
      )
    })
    return found.flat()
  })

const statOf = (path: string): Effect.Effect<BigIntStats, DeviceNotFound> =>
  Effect.mapError(
    fromCallback<BigIntStats>((done) => fs.stat(path, { bigint: true }, done)),
    ({ code }) => new DeviceNotFound({ path, reason: code === "ENOENT" ? "no such file or directory" : code })
  )

const deviceOf = (path: string, stats: BigIntStats, access: string): HostDevice | undefined =>
  !stats.isCharacterDevice() && !stats.isBlockDevice() ? undefined : {
    path,
    type: stats.isBlockDevice() ? "b" : "c",
    ...deviceNumber(stats.rdev),
    fileMode: Number(stats.mode & 0o777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    access: access === "" ? "rwm" : access
  }

/** glibc's layout of a device number. */
const deviceNumber = (rdev: bigint): { readonly major: number; readonly minor: number } => ({
  major: Number(((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & ~0xfffn)),
  minor: Number((rdev & 0xffn) | ((rdev >> 12n) & ~0xffn & 0xffffffffn))
})
