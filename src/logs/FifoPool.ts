import { execFile } from "node:child_process"
import { mkdir, rename, rm } from "node:fs"
import { dirname, join } from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Semaphore from "effect/Semaphore"
import { FifoFailed } from "./FifoFailed.ts"
import { nodeCall } from "./nodeCall.ts"

const readyMax = 24
const readyMin = 12

/**
 * Named pipes made in advance. Node cannot make one itself, and a `mkfifo` process takes longer than all else that a
 * start needs of us; one process makes many.
 */
export class FifoPool extends Context.Service<FifoPool, {
  /**
   * Puts a pipe (mode 0600) at each path, in place of what is there; missing parent directories are made. The paths
   * must be on the pool's file system. After a failure none of the paths is left behind.
   */
  place(paths: ReadonlyArray<string>): Effect.Effect<void, FifoFailed>
}>()("gantry/logs/FifoPool") {
  /** `directory` belongs to the pool alone: it is emptied at the beginning and removed at the end. */
  static readonly layer = (directory: string): Layer.Layer<FifoPool, FifoFailed> =>
    Layer.effect(this, Effect.gen(function*() {
      yield* Effect.acquireRelease(
        Effect.andThen(removeAll(directory), makeDirectory(directory)),
        () => Effect.ignore(removeAll(directory))
      )
      const scope = yield* Effect.scope
      const making = yield* Semaphore.make(1)
      const ready: Array<string> = []
      let made = 0

      const make = Effect.fnUntraced(function*(count: number) {
        const paths = Array.from({ length: count }, () => join(directory, String(made++)))
        yield* makePipes(paths)
        ready.push(...paths)
      })
      // The level is read with the permit held: of many that ask at once the first fills up for all.
      const refill = Semaphore.withPermit(making, Effect.suspend(() =>
        ready.length < readyMin ? make(readyMax - ready.length) : Effect.void))

      const take = Effect.fnUntraced(function*(count: number) {
        while (ready.length < count) {
          yield* Semaphore.withPermit(making, Effect.suspend(() =>
            ready.length < count ? make(Math.max(readyMax, count) - ready.length) : Effect.void))
        }
        const taken = ready.splice(0, count)
        if (ready.length < readyMin) {
          yield* Effect.forkIn(Effect.ignore(refill, { log: "Warn" }), scope)
        }
        return taken
      })

      const place = Effect.fn("FifoPool.place")(function*(paths: ReadonlyArray<string>) {
        const taken = yield* take(paths.length)
        yield* Effect.forEach(new Set(paths.map((path) => dirname(path))), makeDirectory)
        yield* Effect.forEach(paths, (path, index) => movePipe(taken[index] ?? "", path))
      }, (placing, paths) =>
        Effect.onError(placing, () => Effect.forEach(paths, (path) => Effect.ignore(removeAll(path)))))

      yield* make(readyMax)
      return FifoPool.of({ place })
    }))
}

const failed = (operation: "make" | "place", path: string) => (cause: Error) => new FifoFailed({ operation, path, cause })

const makePipes = (paths: ReadonlyArray<string>) =>
  nodeCall<string>((done) => execFile("mkfifo", ["-m", "600", ...paths], { encoding: "utf8" }, done)).pipe(
    Effect.mapError(failed("make", paths[0] ?? ""))
  )

const makeDirectory = (path: string) =>
  nodeCall<string>((done) => mkdir(path, { recursive: true, mode: 0o700 }, done)).pipe(
    Effect.mapError(failed("place", path))
  )

const movePipe = (from: string, to: string) =>
  nodeCall((done) => rename(from, to, done)).pipe(Effect.mapError(failed("place", to)))

const removeAll = (path: string) =>
  nodeCall((done) => rm(path, { recursive: true, force: true }, done)).pipe(Effect.mapError(failed("place", path)))
