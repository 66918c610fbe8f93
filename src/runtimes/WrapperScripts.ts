import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { inspectScript } from "./inspectScript.ts"
import { addScript, draftName, replaceScript } from "./placeScript.ts"

export class ScriptNotWritten extends Schema.TaggedError<ScriptNotWritten>()("ScriptNotWritten", {
  directory: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `can't write a runtime's wrapper script in ${this.directory}`
  }
}

/** The script is not what its name says, and nobody knows what it held. */
export class ScriptLost extends Schema.TaggedError<ScriptLost>()("ScriptLost", {
  path: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `runtime wrapper script ${this.path} is ${this.reason}`
  }
}

/** Executable files named by the SHA-256 of what they hold: written once, never rewritten. */
export class WrapperScripts extends Context.Service<WrapperScripts, {
  /** Whether `ensure` writes scripts; without that none can be executed. */
  readonly writes: boolean
  /** Makes sure that a script holds exactly `content`; its digest. Idempotent, and no write for a known content. */
  ensure(content: string): Effect.Effect<string, ScriptNotWritten>
  /**
   * The path of a script that was looked at a moment ago: regular, ours alone, unchanged. If it is not, it is made anew
   * from `content` (or from what this process ensured), with a warning.
   */
  verify(digest: string, content?: string): Effect.Effect<string, ScriptLost | ScriptNotWritten>
  /** Where the script is, or would be. */
  pathOf(digest: string): string
  /**
   * Removes scripts that are neither in `inUse` nor ensured by this process; how many. For boot alone, once the records
   * and containerd have both been read in full.
   */
  collect(inUse: ReadonlySet<string>): Effect.Effect<number, ScriptNotWritten>
}>()("gantry/runtimes/WrapperScripts") {
  /** Scripts in `directory`, which is made 0700 if need be and must be on a file system that may execute. */
  static readonly layer = (directory: string) => Layer.effect(this, make(directory))
  /** Knows names and paths, writes nothing: for checking a configuration. */
  static readonly layerDry = (directory: string) => Layer.effect(this, makeDry(directory))
}

const extension = ".sh"
const scriptName = /^[0-9a-f]{64}\.sh$/

const hexOf = (digest: Digest.Digest["Service"], content: string) =>
  digest.digestHex(Digest.sha256, new TextEncoder().encode(content))

const makeDry = Effect.fnUntraced(function*(directory: string) {
  const [path, digest] = yield* Effect.all([Path.Path, Digest.Digest])
  const pathOf = (hex: string) => path.join(directory, `${hex}${extension}`)
  return WrapperScripts.of({
    writes: false,
    ensure: (content) => hexOf(digest, content),
    verify: (hex) => Effect.succeed(pathOf(hex)),
    pathOf,
    collect: () => Effect.succeed(0)
  })
})

/** A folder of ours alone, without what a crash left in the middle of a write. */
const prepareDirectory = Effect.fnUntraced(function*(directory: string, owner: number) {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  yield* fs.makeDirectory(directory, { recursive: true, mode: 0o700 })
  yield* fs.chown(directory, owner, process.getgid?.() ?? 0)
  yield* fs.chmod(directory, 0o700)
  const drafts = (yield* fs.readDirectory(directory)).filter((name) => draftName.test(name))
  yield* Effect.forEach(drafts, (name) => fs.remove(path.join(directory, name), { force: true }))
})

const make = Effect.fnUntraced(function*(directory: string) {
  const [fs, path, digest] = yield* Effect.all([FileSystem.FileSystem, Path.Path, Digest.Digest])
  const owner = process.getuid?.() ?? 0
  const notWritten = (cause: unknown) => new ScriptNotWritten({ directory, cause })
  const platform = yield* Effect.context<FileSystem.FileSystem | Path.Path | Digest.Digest>()
  yield* Effect.mapError(prepareDirectory(directory, owner), notWritten)
  const ensured = new Map<string, string>()
  // A script has two names for a moment while it is placed, which looks like tampering: so one at a time.
  const placing = yield* Semaphore.make(1)
  const pathOf = (hex: string) => path.join(directory, `${hex}${extension}`)
  const inspect = (hex: string) =>
    inspectScript(pathOf(hex), { digest: hex, owner }).pipe(Effect.provide(platform), Effect.mapError(notWritten))

  const place = Effect.fnUntraced(function*(hex: string, content: string, wasThere: boolean) {
    const script = pathOf(hex)
    if ((yield* inspect(hex)) === "absent") {
      if (wasThere) yield* Effect.logWarning(`runtime wrapper script ${script} was removed: written anew`)
      yield* addScript(script, content)
    }
    const wrong = yield* inspect(hex)
    if (wrong === undefined) return
    yield* Effect.logWarning(`runtime wrapper script ${script} is ${wrong}: written anew`)
    yield* replaceScript(script, content)
  }, Effect.provide(platform), Effect.mapError(notWritten), placing.withPermits(1))

  const ensure = Effect.fn("WrapperScripts.ensure")(function*(content: string) {
    const hex = yield* hexOf(digest, content)
    if ((yield* inspect(hex)) !== undefined) yield* place(hex, content, ensured.has(hex))
    ensured.set(hex, content)
    return hex
  })

  const verify = Effect.fn("WrapperScripts.verify")(function*(hex: string, content?: string) {
    const lost = (reason: string) => new ScriptLost({ path: pathOf(hex), reason })
    const wrong = yield* inspect(hex)
    if (wrong === undefined) return pathOf(hex)
    const known = content ?? ensured.get(hex)
    if (known === undefined || (yield* hexOf(digest, known)) !== hex) return yield* lost(wrong)
    yield* place(hex, known, true)
    const still = yield* inspect(hex)
    return still === undefined ? pathOf(hex) : yield* lost(still)
  })

  const collect = Effect.fn("WrapperScripts.collect")(function*(inUse: ReadonlySet<string>) {
    const needed = (name: string) => inUse.has(name.slice(0, 64)) || ensured.has(name.slice(0, 64))
    const unneeded = (yield* fs.readDirectory(directory)).filter((name) => scriptName.test(name) && !needed(name))
    yield* Effect.forEach(unneeded, (name) => fs.remove(path.join(directory, name), { recursive: true, force: true }))
    return unneeded.length
  }, Effect.mapError(notWritten))

  return WrapperScripts.of({ writes: true, ensure, verify, pathOf, collect })
})
