import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as fs from "node:fs"
import { fromCallback } from "./fromCallback.ts"
import { PathFailed, pinAt, pinDirectory, type Pinned, readLinkAt, readPinned } from "./openAt.ts"

/** The root of a container's file system, held for as long as the scope it was opened in. */
export interface Root {
  readonly fd: number
}

/** What a path in a container leads to. */
export interface RootEntry extends Pinned {
  /** Without links: where it really is, seen from inside the container. */
  readonly path: string
}

/**
 * Files inside a container's root, which the container can change while we look. Paths are walked one name at a time
 * from a descriptor that holds the directory, and links are expanded by us: no swap of a directory for a link can lead
 * out (CVE-2018-15664). This is the only way to touch a container's files.
 */
export class RootFs extends Context.Service<RootFs, {
  /** A directory of the host as root; links in its own path are followed. */
  open(directory: string): Effect.Effect<Root, PathFailed, Scope.Scope>
  /**
   * The root of a process. `startedTicks` (field 22 of `/proc/<pid>/stat`) proves that the pid was not given to
   * another process meanwhile; without it the caller vouches for the pid.
   */
  openProcess(pid: number, startedTicks?: number): Effect.Effect<Root, PathFailed, Scope.Scope>
  /** Follows a path, also its last part if that is a link and `followLast` says so. */
  resolve(
    root: Root,
    path: string,
    options: { readonly followLast: boolean }
  ): Effect.Effect<RootEntry, PathFailed, Scope.Scope>
  /** The content of a regular file of at most `bytesMax` (1 MiB). Follows links. */
  readSmall(root: Root, path: string, bytesMax?: number): Effect.Effect<Uint8Array, PathFailed>
}>()("gantry/host/RootFs") {
  static readonly layer = Layer.sync(this, () => RootFs.of({ open, openProcess, readSmall, resolve }))
}

export const smallFileBytesMax = 1024 * 1024

/** As the kernel's own limit. */
const linksMax = 40

const open: RootFs["Service"]["open"] = Effect.fn("RootFs.open")((directory) =>
  Effect.map(pinDirectory(directory), ({ fd }) => ({ fd })))

const openProcess: RootFs["Service"]["openProcess"] = Effect.fn("RootFs.openProcess")(function*(pid, startedTicks) {
  const root = yield* open(`/proc/${pid}/root`)
  if (startedTicks !== undefined && (yield* startOf(pid)) !== startedTicks) {
    return yield* new PathFailed({ path: `/proc/${pid}/root`, code: "ESRCH" })
  }
  return root
})

/** The name of the program, in brackets, may hold anything; fields are counted after it. */
const startOf = (pid: number): Effect.Effect<number, PathFailed> =>
  fromCallback<string>((done) => fs.readFile(`/proc/${pid}/stat`, "utf8", done)).pipe(
    Effect.map((stat) => Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19])),
    Effect.mapError(({ code }) => new PathFailed({ path: `/proc/${pid}/stat`, code }))
  )

const readSmall: RootFs["Service"]["readSmall"] = Effect.fn("RootFs.readSmall")(
  (root, path, bytesMax = smallFileBytesMax) =>
    Effect.scoped(Effect.flatMap(resolve(root, path, { followLast: true }), (entry) => readPinned(entry, path, bytesMax)))
)

/** A directory on the way, and what closes it. */
interface Step extends Pinned {
  readonly name: string
  readonly scope: Scope.Closeable
}

const resolve: RootFs["Service"]["resolve"] = Effect.fn("RootFs.resolve")(function*(root, path, { followLast }) {
  const scope = yield* Effect.scope
  const steps: Array<Step> = []
  const leave = (count: number) => Effect.forEach(steps.splice(steps.length - count), (step) => Scope.close(step.scope, Exit.void))
  // A slash at the end asks for the directory behind a link.
  let pending = path.endsWith("/") ? [...path.split("/"), "."] : path.split("/")
  let links = 0
  while (pending.length > 0) {
    const [name = "", ...rest] = pending
    pending = rest
    if (name === "" || name === ".") continue
    if (name === "..") {
      if (steps.length > 0) yield* leave(1)
      continue
    }
    const directory = steps.at(-1)
    if (directory !== undefined && !directory.stats.isDirectory()) return yield* new PathFailed({ path, code: "ENOTDIR" })
    const at = directory?.fd ?? root.fd
    const own = yield* Scope.fork(scope)
    const found = yield* Scope.provide(pinAt(at, name, path), own)
    if (!found.stats.isSymbolicLink() || (rest.length === 0 && !followLast)) {
      steps.push({ ...found, name, scope: own })
      continue
    }
    yield* Scope.close(own, Exit.void)
    links += 1
    if (links > linksMax) return yield* new PathFailed({ path, code: "ELOOP" })
    const target = yield* readLinkAt(at, name, path)
    if (target.startsWith("/")) yield* leave(steps.length)
    pending = [...target.split("/"), ...rest]
  }
  const last = steps.pop()
  const resolved = `/${[...steps, ...(last === undefined ? [] : [last])].map(({ name }) => name).join("/")}`
  yield* leave(steps.length)
  if (last !== undefined && path.endsWith("/") && !last.stats.isDirectory()) {
    return yield* new PathFailed({ path, code: "ENOTDIR" })
  }
  const { fd, stats } = last ?? (yield* pinAt(root.fd, ".", path))
  return { fd, stats, path: resolved }
})
