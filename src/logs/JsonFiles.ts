import { constants, fchmod, fstat, rename, rm, type Stats } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import { compressFile } from "./compressFile.ts"
import { LogFileFailed } from "./LogFileFailed.ts"
import { LogFollower, LogGeneration } from "./LogGeneration.ts"
import { errnoOf, nodeCall } from "./nodeCall.ts"
import { openFile, openFileScoped } from "./openFile.ts"

export interface JsonFilesOptions {
  readonly path: string
  /** How many files there are at most, with the current one. */
  readonly filesMax: number
  readonly compress: boolean
}

/** A rotated file, open for reading. */
export interface RotatedFile {
  readonly fd: number
  readonly size: number
  readonly compressed: boolean
}

/**
 * The files of one container's log: the current one, `.1` (the newest rotated one) to `.N-1`. Readers and the writer
 * of one engine share it, which is what lets a reader pass over a rotation and be woken by a write.
 */
export class JsonFiles {
  readonly options: JsonFilesOptions
  private current: LogGeneration | undefined
  private readonly followers = new Set<LogFollower>()
  private readonly waiting = new Set<() => void>()
  /** Held where names change, and where several files are opened that must belong together. */
  private readonly names = Semaphore.makeUnsafe(1)
  /** Held while `.1` is being compressed: until then nothing is rotated. */
  private readonly compressing = Semaphore.makeUnsafe(1)
  private readonly scope: Scope.Scope

  /** `scope`: of the container; compression is given up when it closes. */
  constructor(options: JsonFilesOptions, scope: Scope.Scope) {
    this.options = options
    this.scope = scope
  }

  /** The current file, made if need be, for as long as the scope. */
  readonly open: Effect.Effect<LogGeneration, LogFileFailed, Scope.Scope> = Effect.suspend(() =>
    Semaphore.withPermit(this.names, Effect.acquireRelease(
      Effect.map(this.openCurrent, (generation) => generation.retain()),
      (generation) => Effect.sync(() => generation.release())
    ))
  ).pipe(Effect.mapError(this.failed("open")))

  /**
   * All files as they are at one moment, oldest first, open for as long as the scope. There may be no current one, and
   * its size is that of this moment.
   */
  readonly snapshot = Effect.suspend(() => this.togetherWith(
    Effect.acquireRelease(
      Effect.map(
        Effect.suspend(() => this.current === undefined ? this.openExisting : Effect.succeed(this.current)),
        (generation) => generation?.retain()
      ),
      (generation) => Effect.sync(() => generation?.release())
    )
  ))

  /** The same for a reader that goes on with what is written then. The current file is made if need be. */
  readonly snapshotToFollow = Effect.suspend(() => this.togetherWith(
    Effect.acquireRelease(
      Effect.map(this.openCurrent, (generation) => {
        const follower = new LogFollower(generation)
        this.followers.add(follower)
        return follower
      }),
      (follower) => Effect.sync(() => {
        this.followers.delete(follower)
        follower.release()
      })
    )
  ))

  /** Gives the current file its next name and begins a new one, which it answers retained in place of `old`. */
  rotate(old: LogGeneration): Effect.Effect<LogGeneration, LogFileFailed> {
    const { path, filesMax, compress } = this.options
    const shift = Effect.forEach(Array.from({ length: filesMax - 1 }, (_, index) => filesMax - 1 - index), (index) => {
      const from = index === 1 ? [path] : [`${path}.${index - 1}`, `${path}.${index - 1}.gz`]
      const to = [`${path}.${index}`, `${path}.${index}.gz`]
      return Effect.andThen(
        Effect.forEach(to, removeFile),
        Effect.forEach(from, (name, at) => renameFile(name, to[at] ?? name))
      )
    })
    const replace = Effect.gen({ self: this }, function*() {
      yield* filesMax > 1 ? shift : removeFile(path)
      const next = (yield* this.openNew(constants.O_CREAT)).retain()
      old.succeed(next)
      old.release()
      for (const follower of this.followers) follower.loseIfBehind()
      this.wake()
      return next
    })
    return Semaphore.withPermit(this.compressing, Semaphore.withPermit(this.names, replace)).pipe(
      Effect.tap(() => compress && filesMax > 1 ? Effect.forkIn(this.compressNewest, this.scope, { startImmediately: true }) : Effect.void),
      Effect.uninterruptible,
      Effect.mapError(this.failed("rotate"))
    )
  }

  /** Tells those who follow that there is more, or that the run is over. */
  wake() {
    const waiting = [...this.waiting]
    this.waiting.clear()
    for (const awake of waiting) awake()
  }

  /** Until the next `wake`. Look first, and wait in the same step. */
  readonly changed: Effect.Effect<void> = Effect.callback<void>((resume) => {
    const awake = () => resume(Effect.void)
    this.waiting.add(awake)
    return Effect.sync(() => this.waiting.delete(awake))
  })

  private readonly compressNewest = Effect.suspend(() => {
    const name = `${this.options.path}.1`
    const replace = Effect.andThen(renameFile(`${name}.gz.part`, `${name}.gz`), removeFile(name))
    return Semaphore.withPermit(this.compressing, Effect.andThen(
      compressFile(name, `${name}.gz.part`),
      Effect.uninterruptible(Semaphore.withPermit(this.names, replace))
    )).pipe(Effect.mapError(this.failed("compress")), Effect.ignore({ log: "Warn" }))
  })

  private readonly openExisting = Effect.suspend(() => this.openNew(0)).pipe(orAbsent)

  private get openCurrent() {
    return Effect.suspend(() => this.current === undefined ? this.openNew(constants.O_CREAT) : Effect.succeed(this.current))
  }

  // Readable and writable, whoever comes first: reader and writer share it.
  private openNew(create: number) {
    return Effect.gen({ self: this }, function*() {
      const fd = yield* openFile(this.options.path, constants.O_RDWR | constants.O_APPEND | create, 0o640)
      const size = yield* sizeOf(fd)
      // The daemon's umask is not to decide who may read a log.
      if (size === 0) yield* Effect.ignore(nodeCall((done) => fchmod(fd, 0o640, done)))
      const generation: LogGeneration = new LogGeneration(fd, size, () => {
        if (this.current === generation) this.current = undefined
      })
      this.current = generation
      return generation
    })
  }

  /** The plain file, if a crash left both it and its compressed copy. */
  private openRotated(index: number) {
    const open = (compressed: boolean) => {
      const name = `${this.options.path}.${index}${compressed ? ".gz" : ""}`
      return Effect.flatMap(openFileScoped(name, constants.O_RDONLY), (fd) =>
        Effect.map(sizeOf(fd), (size): RotatedFile => ({ fd, size, compressed }))).pipe(orAbsent)
    }
    return Effect.flatMap(open(false), (plain) => plain === undefined ? open(true) : Effect.succeed(plain))
  }

  private togetherWith<A>(current: Effect.Effect<A, Error, Scope.Scope>) {
    const { filesMax } = this.options
    const older = Effect.forEach(Array.from({ length: filesMax - 1 }, (_, index) => filesMax - 1 - index), (index) =>
      this.openRotated(index))
    return Semaphore.withPermit(this.names, Effect.all({ older, current })).pipe(
      Effect.map(({ older, current }) => ({ older: older.filter((file) => file !== undefined), current })),
      Effect.mapError(this.failed("open"))
    )
  }

  private failed(operation: LogFileFailed["operation"]) {
    return (cause: Error) => new LogFileFailed({ operation, path: this.options.path, cause })
  }
}

export const sizeOf = (fd: number): Effect.Effect<number, Error> =>
  Effect.map(nodeCall<Stats>((done) => fstat(fd, done)), (stats) => stats?.size ?? 0)

const removeFile = (path: string) => nodeCall((done) => rm(path, { force: true }, done))

const renameFile = (from: string, to: string) => nodeCall((done) => rename(from, to, done)).pipe(orAbsent)

function orAbsent<A, R>(effect: Effect.Effect<A, Error, R>): Effect.Effect<A | undefined, Error, R> {
  return Effect.catch(effect, (error) => errnoOf(error) === "ENOENT" ? Effect.succeed(undefined) : Effect.fail(error))
}
