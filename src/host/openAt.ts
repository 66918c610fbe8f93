import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import type { BigIntStats } from "node:fs"
import * as fs from "node:fs"
import { fromCallback } from "./fromCallback.ts"

/** A path in a root file system could not be used; `code` is the errno's name: `ENOENT`, `ENOTDIR`, `ELOOP`, … */
export class PathFailed extends Schema.TaggedError<PathFailed>()("PathFailed", {
  path: Schema.String,
  code: Schema.String
}) {
  override get message(): string {
    return `${this.path}: ${this.code}`
  }
}

/** Not among Node's constants; the same on all architectures that Node runs on. */
const O_PATH = 0o10000000
const { O_DIRECTORY, O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = fs.constants

/** A file that is held, but not open for reading: neither renames nor new links change what it is. */
export interface Pinned {
  readonly fd: number
  readonly stats: BigIntStats
}

const pin = (path: string, shown: string, flags: number): Effect.Effect<Pinned, PathFailed, Scope.Scope> =>
  Effect.flatMap(openScoped(path, shown, flags), (fd) =>
    Effect.map(failing(shown, fromCallback<BigIntStats>((done) => fs.fstat(fd, { bigint: true }, done))), (stats) =>
      ({ fd, stats })))

/** Pins a directory of the host; links in its path are followed. */
export const pinDirectory = (path: string) => pin(path, path, O_PATH | O_DIRECTORY)

/** Pins what a directory has under a name, also if it is a link. This is `openat`, which Node does not have. */
export const pinAt = (directory: number, name: string, shown: string) =>
  pin(`/proc/self/fd/${directory}/${name}`, shown, O_PATH | O_NOFOLLOW)

/** Where the link of that name leads, as it is written. */
export const readLinkAt = (directory: number, name: string, shown: string): Effect.Effect<string, PathFailed> =>
  failing(shown, fromCallback<string>((done) => fs.readlink(`/proc/self/fd/${directory}/${name}`, "utf8", done)))

/** The content of a pinned file, if it is a regular one and not too long. */
export const readPinned = ({ fd, stats }: Pinned, shown: string, bytesMax: number): Effect.Effect<Uint8Array, PathFailed> =>
  Effect.scoped(Effect.gen(function*() {
    if (stats.isDirectory()) return yield* new PathFailed({ path: shown, code: "EISDIR" })
    // A FIFO would make the reader wait, a device do whatever it does.
    if (!stats.isFile()) return yield* new PathFailed({ path: shown, code: "EINVAL" })
    const open = yield* openScoped(`/proc/self/fd/${fd}`, shown, O_RDONLY | O_NONBLOCK)
    const buffer = new Uint8Array(Math.min(bytesMax, Number(stats.size)) + 1)
    let length = 0
    while (length < buffer.length) {
      const at = length
      const read = yield* failing(shown, fromCallback<number>((done) =>
        fs.read(open, buffer, at, buffer.length - at, at, done)))
      if (read === 0) break
      length += read
    }
    // It may have grown since it was looked at.
    if (length > bytesMax) return yield* new PathFailed({ path: shown, code: "EFBIG" })
    return buffer.subarray(0, length)
  }))

const openScoped = (path: string, shown: string, flags: number): Effect.Effect<number, PathFailed, Scope.Scope> =>
  path.includes("\0")
    ? Effect.fail(new PathFailed({ path: shown, code: "EINVAL" }))
    : Effect.acquireRelease(
      failing(shown, fromCallback<number>((done) => fs.open(path, flags, done))),
      (fd) => Effect.ignore(fromCallback<void>((done) => fs.close(fd, (error) => done(error ?? null, undefined))))
    )

const failing = <A>(path: string, call: Effect.Effect<A, { readonly code: string }>): Effect.Effect<A, PathFailed> =>
  Effect.mapError(call, ({ code }) => new PathFailed({ path, code }))
