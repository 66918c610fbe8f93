import { isAscii } from "node:buffer"
import { read, write } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Timestamp from "../model/Timestamp.ts"
import type { JsonFiles } from "./JsonFiles.ts"
import { LogFileFailed } from "./LogFileFailed.ts"
import type { LogGeneration } from "./LogGeneration.ts"
import type { LogSink } from "./LogSink.ts"
import { nodeCall } from "./nodeCall.ts"
import { RecordEncoder } from "./RecordEncoder.ts"

const newline = 10

export interface JsonFileWriterOptions {
  readonly attrs: Readonly<Record<string, string>>
  /** A file that has reached it is rotated before the next record. */
  readonly sizeMax: number | undefined
}

/**
 * Continues a container's json-file log for one run. A batch is one write, and is in the file when `write` is done: who
 * waits for it presses back on the process. A batch that cannot be written (a full disk) is lost and reported, once
 * until it works again.
 */
export const open = (
  files: JsonFiles,
  options: JsonFileWriterOptions
): Effect.Effect<LogSink, LogFileFailed, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      // The writer's own hold, apart from the scope of the opening: rotation passes it on.
      Effect.scoped(Effect.map(files.open, (generation) => new JsonFileWriter(files, options, generation.retain()))),
      (writer) => writer.close
    ).pipe(Effect.tap((writer) => writer.heal)),
    (writer): LogSink => ({ write: (batch) => writer.write(batch), finish: writer.finish })
  )

class JsonFileWriter {
  private readonly files: JsonFiles
  private readonly encoder: RecordEncoder
  private readonly sizeMax: number
  private generation: LogGeneration
  /** The file ends within a record: the next one begins on a line of its own. */
  private torn = false
  private failing = false

  constructor(files: JsonFiles, options: JsonFileWriterOptions, generation: LogGeneration) {
    this.files = files
    this.encoder = new RecordEncoder(options.attrs)
    this.sizeMax = options.sizeMax ?? Infinity
    this.generation = generation
  }

  write(batch: Parameters<LogSink["write"]>[0]): Effect.Effect<void> {
    return Effect.flatMap(Timestamp.now, (now) => this.append(this.encoder.encode(batch, now)))
  }

  readonly finish = Effect.flatMap(Timestamp.now, (now) => this.append(this.encoder.finish(now)))

  readonly close = Effect.sync(() => this.generation.release())

  /** Finds out whether an engine that died left a torn record at the end. */
  readonly heal: Effect.Effect<void, LogFileFailed> = Effect.suspend(() => {
    const { fd, size } = this.generation
    if (size === 0) return Effect.void
    const last = Buffer.alloc(1)
    return nodeCall<number>((done) => read(fd, last, 0, 1, size - 1, done)).pipe(
      Effect.mapError((cause) => new LogFileFailed({ operation: "read", path: this.files.options.path, cause })),
      Effect.map(() => {
        this.torn = last[0] !== newline
      })
    )
  })

  private append(records: string): Effect.Effect<void> {
    if (records === "") return Effect.void
    const bytes = bytesOf(this.torn ? `\n${records}` : records)
    return this.writeAll(bytes).pipe(
      Effect.matchEffect({
        onSuccess: () => Effect.sync(() => {
          this.failing = false
        }),
        onFailure: (failure) => {
          const told = this.failing
          this.failing = true
          return told ? Effect.void : Effect.logWarning("log output is being lost", failure)
        }
      }),
      // Half a batch in the file and half forgotten would tear a record.
      Effect.uninterruptible
    )
  }

  private writeAll = Effect.fnUntraced({ self: this }, function*(this: JsonFileWriter, bytes: Buffer) {
    let from = 0
    while (from < bytes.length) {
      if (this.generation.size >= this.sizeMax) yield* this.rotate
      const written = yield* this.writeSome(bytes, from, this.partEnd(bytes, from))
      from += written
      this.generation.size += written
      this.torn = bytes[from - 1] !== newline
      this.files.wake()
    }
  })

  private writeSome(bytes: Buffer, from: number, end: number) {
    const { fd } = this.generation
    return Effect.map(
      Effect.mapError(
        nodeCall<number>((done) => write(fd, bytes, from, end - from, null, done)),
        (cause) => new LogFileFailed({ operation: "write", path: this.files.options.path, cause })
      ),
      (written) => written ?? 0
    )
  }

  /** The end of the record that fills the file up. */
  private partEnd(bytes: Buffer, from: number): number {
    const room = this.sizeMax - this.generation.size
    if (this.torn || bytes.length - from <= room) return bytes.length
    const end = bytes.indexOf(newline, from + Math.max(room, 1) - 1)
    return end < 0 ? bytes.length : end + 1
  }

  private get rotate() {
    if (this.torn) return Effect.void
    return Effect.matchEffect(this.files.rotate(this.generation), {
      onSuccess: (next) => Effect.sync(() => {
        this.generation = next
      }),
      // The file grows past its bound rather than losing output.
      onFailure: (failure) => this.failing ? Effect.void : Effect.logWarning("log is not rotated", failure)
    })
  }
}

/** As `Buffer.from`, but several times as fast for what is ASCII: its length needs no counting first. */
const bytesOf = (text: string): Buffer => {
  const bytes = Buffer.allocUnsafe(text.length)
  const length = bytes.write(text, "utf8")
  return length === text.length && isAscii(bytes) ? bytes : Buffer.from(text, "utf8")
}
