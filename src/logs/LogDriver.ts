import { mkdir } from "node:fs"
import { dirname } from "node:path"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { JsonFiles } from "./JsonFiles.ts"
import * as JsonFileReader from "./JsonFileReader.ts"
import * as JsonFileWriter from "./JsonFileWriter.ts"
import { logAttributes, type LogSubject } from "./LogAttributes.ts"
import { LogFileFailed } from "./LogFileFailed.ts"
import type { JsonFileSettings, LogSettings } from "./LogOptions.ts"
import type { LogEntry, LogQuery } from "./LogQuery.ts"
import type { LogSink } from "./LogSink.ts"
import { nodeCall } from "./nodeCall.ts"
import * as NonBlockingSink from "./NonBlockingSink.ts"

/** The driver keeps nothing that could be read. Docker answers 501 with these words. */
export class LogNotReadable extends Schema.TaggedError<LogNotReadable>()("LogNotReadable", {}) {
  override get message() {
    return "configured logging driver does not support reading"
  }
}

/** A container's log, over all its runs. Writer and readers of one container share one. */
export interface ContainerLog {
  /** Where it is kept; "" if it is not. */
  readonly path: string
  /** Makes the file ready for a run, and goes on where the last one ended. One at a time. */
  openSink(subject: LogSubject): Effect.Effect<LogSink, LogFileFailed, Scope.Scope>
  /**
   * Entries, oldest first. With `follow`, until `ended` is done and all the rest was given; finish the sink before.
   * Without it, what is there now.
   */
  read(query: LogQuery, ended: Effect.Effect<void>): Stream.Stream<
    LogEntry, LogFileFailed | LogNotReadable | JsonFileReader.LogReaderTooSlow
  >
}

/** `path`: the file for a driver that keeps one. Nothing is opened yet. The scope is the container's. */
export const make = (settings: LogSettings, path: string): Effect.Effect<ContainerLog, never, Scope.Scope> =>
  settings.driver === "none" ? Effect.succeed(none) : makeJsonFile(settings, path)

const none: ContainerLog = {
  path: "",
  openSink: () => Effect.succeed({ write: () => Effect.void, finish: Effect.void }),
  read: () => Stream.fail(new LogNotReadable())
}

const makeJsonFile = (settings: JsonFileSettings, path: string) =>
  Effect.map(Effect.scope, (scope): ContainerLog => {
    const files = new JsonFiles({ path, filesMax: settings.filesMax, compress: settings.compress }, scope)
    return {
      path,
      openSink: Effect.fnUntraced(function*(subject: LogSubject) {
        yield* makeDirectory(path)
        const attrs = logAttributes(settings.attributes, subject)
        const sink = yield* JsonFileWriter.open(files, { attrs, sizeMax: settings.sizeMax })
        return settings.waitingBytesMax === undefined
          ? sink
          : yield* NonBlockingSink.make(sink, settings.waitingBytesMax)
      }),
      read: (query, ended) => JsonFileReader.read(files, query, ended)
    }
  })

const makeDirectory = (path: string) =>
  nodeCall<string>((done) => mkdir(dirname(path), { recursive: true, mode: 0o710 }, done)).pipe(
    Effect.mapError((cause) => new LogFileFailed({ operation: "open", path, cause }))
  )
