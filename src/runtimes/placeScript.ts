import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"

/** What a script is called until it is complete. */
export const draftName = /^draft-[0-9a-f-]{36}$/

// Closed before it gets its name: a file that is open for writing can't be executed.
const draftScript = Effect.fnUntraced(function*(directory: string, content: string) {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  const draft = path.join(directory, `draft-${crypto.randomUUID()}`)
  yield* Effect.addFinalizer(() => Effect.ignore(fs.remove(draft, { force: true })))
  yield* Effect.scoped(Effect.gen(function*() {
    const file = yield* fs.open(draft, { flag: "wx", mode: 0o500 })
    yield* file.writeAll(new TextEncoder().encode(content))
    yield* fs.chmod(draft, 0o500)
    yield* file.sync
  }))
  return draft
})

const syncDirectory = Effect.fnUntraced(function*(directory: string) {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.open(directory, { flag: "r" })
  yield* folder.sync
}, Effect.scoped)

/** Gives the script its name if the name is free. Linking never replaces: whoever came first linked the same bytes. */
export const addScript = Effect.fnUntraced(function*(script: string, content: string) {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  const directory = path.dirname(script)
  yield* draftScript(directory, content).pipe(
    Effect.flatMap((draft) => fs.link(draft, script)),
    Effect.catchReason("PlatformError", "AlreadyExists", () => Effect.void),
    Effect.scoped
  )
  yield* syncDirectory(directory)
})

/** Puts the script in the place of something that is not it; a running process keeps what it opened. */
export const replaceScript = Effect.fnUntraced(function*(script: string, content: string) {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  const directory = path.dirname(script)
  yield* draftScript(directory, content).pipe(
    Effect.tap(() => Effect.ignore(fs.remove(script, { recursive: true, force: true }))),
    Effect.flatMap((draft) => fs.rename(draft, script)),
    Effect.scoped
  )
  yield* syncDirectory(directory)
})
