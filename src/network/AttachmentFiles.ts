import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as PlatformError from "effect/PlatformError"
import * as Schema from "effect/Schema"
import { AttachmentRecord } from "./Attachment.ts"

/**
 * One file for each container that is attached, or half so. They live beside the namespaces and vanish with them when
 * the machine restarts; nothing is synced to disk. What an engine that was killed was about to write is taken away.
 */
export class AttachmentFiles extends Context.Service<AttachmentFiles, {
  write(record: AttachmentRecord): Effect.Effect<void, PlatformError.PlatformError>
  remove(containerId: string): Effect.Effect<void, PlatformError.PlatformError>
  /** Files that can't be understood are skipped, with a warning. */
  readonly all: Effect.Effect<ReadonlyArray<AttachmentRecord>, PlatformError.PlatformError>
}>()("gantry/network/AttachmentFiles") {
  static readonly layer = (directory: string) =>
    Layer.effect(this, Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      yield* fs.makeDirectory(directory, { recursive: true, mode: 0o700 })

      const drafts = (yield* fs.readDirectory(directory)).filter((name) => name.endsWith(".draft"))
      yield* Effect.forEach(drafts, (name) => fs.remove(`${directory}/${name}`, { force: true }), { discard: true })

      const write = Effect.fnUntraced(function*(record: AttachmentRecord) {
        const path = `${directory}/${record.attachment.containerId}`
        yield* fs.writeFileString(`${path}.draft`, encodeRecord(record), { mode: 0o600 })
        yield* fs.rename(`${path}.draft`, `${path}.json`)
      })

      const remove = (containerId: string) => fs.remove(`${directory}/${containerId}.json`, { force: true })

      const read = (name: string) =>
        fs.readFileString(`${directory}/${name}`).pipe(
          Effect.flatMap(decodeRecord),
          Effect.map((record) => [record]),
          Effect.catchTag("SchemaError", (e) =>
            Effect.as(Effect.logWarning(`skipping ${directory}/${name}: ${e.message}`), []))
        )

      const all = Effect.gen(function*() {
        const names = yield* fs.readDirectory(directory)
        return (yield* Effect.forEach(names.filter((name) => name.endsWith(".json")), read)).flat()
      })

      return AttachmentFiles.of({ write, remove, all })
    }))
}

const RecordText = Schema.fromJsonString(AttachmentRecord)
const encodeRecord = Schema.encodeSync(RecordText)
const decodeRecord = Schema.decodeUnknownEffect(RecordText)
