import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type BlockSource, fromFile, fromGzip, readBlock } from "./BlockSource.ts"
import { type JsonFiles, type RotatedFile, sizeOf } from "./JsonFiles.ts"
import { LogFileFailed } from "./LogFileFailed.ts"
import type { LogFollower, LogGeneration } from "./LogGeneration.ts"
import type { LogEntry, LogQuery } from "./LogQuery.ts"
import { RecordDecoder } from "./RecordDecoder.ts"
import { tailStart, tailStartForward, wantedRecord } from "./tailStart.ts"

const fileEnd = Buffer.alloc(0)

/** A reader that follows fell so far behind that files it still had to read were given up. */
export class LogReaderTooSlow extends Schema.TaggedError<LogReaderTooSlow>()("LogReaderTooSlow", {
  path: Schema.String
}) {
  override get message() {
    return `log ${this.path} was read too slowly: the reader was dropped`
  }
}

/**
 * The entries of a json-file log, oldest first. With `follow` it goes on with what is written until `ended` is done,
 * and then gives the rest: flush the writer before. It passes over rotations; a line that is no record is left out.
 */
export const read = (
  files: JsonFiles,
  query: LogQuery,
  ended: Effect.Effect<void>
): Stream.Stream<LogEntry, LogFileFailed | LogReaderTooSlow> =>
  Stream.fromPull(Effect.map(open(files, query, ended), (sources) => pullEntries(query, sources))).pipe(
    Stream.scoped,
    Stream.mapError((cause) =>
      cause instanceof LogFileFailed || cause instanceof LogReaderTooSlow
        ? cause
        : new LogFileFailed({ operation: "read", path: files.options.path, cause }))
  )

type Opening = Effect.Effect<BlockSource, never, Scope.Scope>

const open = (files: JsonFiles, query: LogQuery, ended: Effect.Effect<void>) =>
  query.follow ? openToFollow(files, query, ended) : openOnce(files, query)

const openOnce = Effect.fnUntraced(function*(files: JsonFiles, query: LogQuery) {
  const { older, current } = yield* files.snapshot
  return yield* lastOf(
    current === undefined ? older : [...older, { fd: current.fd, size: current.size, compressed: false }],
    query,
    query.tail ?? Infinity
  )
})

const openToFollow = Effect.fnUntraced(function*(files: JsonFiles, query: LogQuery, ended: Effect.Effect<void>) {
  const { older, current: follower } = yield* files.snapshotToFollow
  const tail = query.tail ?? Infinity
  const found = yield* reading(follower, ({ fd, size }) =>
    Effect.map(startOf({ fd, size, compressed: false }, tail, wantedRecord(query.stdout, query.stderr)), (start) => {
      follower.position = start.start
      return start.found
    }))
  const sources = yield* lastOf(older, query, tail - found)
  return [...sources, following(files, follower, ended)]
})

/** The last records of some files, oldest first. */
const lastOf = Effect.fnUntraced(function*(files: ReadonlyArray<RotatedFile>, query: LogQuery, count: number) {
  const wanted = wantedRecord(query.stdout, query.stderr)
  const sources: Array<Opening> = []
  let left = count
  for (const file of files.toReversed()) {
    if (left <= 0) break
    const { start, found } = yield* startOf(file, left, wanted)
    left -= found
    sources.unshift(file.compressed
      ? fromGzip(file.fd, start)
      : Effect.sync(() => fromFile(file.fd, start, file.size)))
  }
  return sources
})

/** Where a file's last records begin; all of them are not counted. */
const startOf = (file: RotatedFile, count: number, wanted: (line: Buffer) => boolean) =>
  count === Infinity
    ? Effect.succeed({ start: 0, found: 0 })
    : file.compressed
    ? Effect.scoped(Effect.flatMap(fromGzip(file.fd, 0), (source) => tailStartForward(source, count, wanted)))
    : tailStart(file.fd, file.size, count, wanted)

const pullEntries = (query: LogQuery, sources: ReadonlyArray<Effect.Effect<BlockSource, never, Scope.Scope>>) => {
  const decoder = new RecordDecoder()
  const rest = [...sources]
  let source: BlockSource | undefined

  /** The next block, over all files; undefined at the end of the last one. */
  const nextBlock = Effect.gen(function*() {
    for (;;) {
      if (source === undefined) {
        const next = rest.shift()
        if (next === undefined) return undefined
        decoder.reset()
        source = yield* next
      }
      const block = yield* source
      if (block !== undefined) return block
      source = undefined
    }
  })

  return Effect.gen(function*() {
    for (;;) {
      const block = yield* nextBlock
      if (block === undefined) return yield* Cause.done()
      if (block.length === 0) decoder.reset()
      const entries = decoder.decode(block)
      const { until } = query
      const late = until === undefined ? -1 : entries.findIndex((entry) => entry.timeNanos > until)
      if (late >= 0) {
        source = undefined
        rest.length = 0
      }
      const asked = (late < 0 ? entries : entries.slice(0, late)).filter((entry) => isAsked(query, entry))
      if (Arr.isReadonlyArrayNonEmpty(asked)) return asked
    }
  })
}

const isAsked = (query: LogQuery, entry: LogEntry): boolean =>
  (entry.stream === "stdout" ? query.stdout : query.stderr) &&
  (query.since === undefined || entry.timeNanos >= query.since)

/** What is written from a place on, over rotations, until the run is over. */
const following = Effect.fnUntraced(function*(files: JsonFiles, follower: LogFollower, ended: Effect.Effect<void>) {
  let over = false
  yield* Effect.forkScoped(Effect.andThen(ended, Effect.sync(() => {
    over = true
    files.wake()
  })))

  const next: BlockSource = Effect.gen(function*() {
    for (;;) {
      const current = follower.current
      if (current === undefined) return yield* new LogReaderTooSlow({ path: files.options.path })
      if (follower.position < current.size) {
        const block = yield* reading(follower, (generation) => readOn(follower, generation))
        if (block !== undefined) return block
      }
      if (current.next !== undefined) {
        follower.advance(current.next)
        return fileEnd
      }
      if (over) return undefined
      yield* files.changed
    }
  })
  return next
})

/** The next block of the file; an empty one if somebody truncated it and it begins anew; undefined at its end. */
const readOn = Effect.fnUntraced(function*(follower: LogFollower, { fd, size }: LogGeneration) {
  const block = yield* readBlock(fd, follower.position, size)
  follower.position += block.length
  if (block.length > 0) return block
  if (follower.position <= (yield* sizeOf(fd))) return undefined
  follower.position = 0
  return fileEnd
})

const reading = <A>(follower: LogFollower, use: (generation: LogGeneration) => Effect.Effect<A, Error>) =>
  Effect.suspend(() => {
    const generation = follower.current
    if (generation === undefined) return Effect.fail(new Error("the file is gone"))
    follower.beginRead()
    return Effect.ensuring(use(generation), Effect.sync(() => follower.endRead()))
  })
