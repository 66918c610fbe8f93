import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { ResolvedRuntime } from "../model/ResolvedRuntime.ts"
import { notExecutable } from "./findProgram.ts"
import { RuntimeUnusable } from "./lookupRuntime.ts"
import { type ProgramFailed, runProgram } from "./runProgram.ts"
import { runcShim } from "./runtimeRules.ts"
import { wrapperContent } from "./wrapperContent.ts"
import { WrapperScripts } from "./WrapperScripts.ts"

/** What containerd is told about a runtime: the shim, and for runc's shim the program and where it keeps its state. */
export interface RuntimeLaunch {
  readonly shim: string
  readonly runc?: { readonly binaryName: string; readonly root: string; readonly systemdCgroup: boolean }
}

/** What a runtime says about itself. */
export interface RuntimeVersion {
  readonly version: string
  readonly commit: string
}

/** Runtimes at work: looked at before each use, asked for their version once. */
export class Runtimes extends Context.Service<Runtimes, {
  /** Checks a runtime as a container stores it, script included; call before each create and start of a task. */
  ready(runtime: ResolvedRuntime): Effect.Effect<RuntimeLaunch, RuntimeUnusable>
  /** `--version`, asked again only when the program's file changed. */
  version(runtime: ResolvedRuntime): Effect.Effect<RuntimeVersion, ProgramFailed>
  /** What `features` prints, as JSON; nothing if the runtime has no such command or takes too long. */
  features(runtime: ResolvedRuntime): Effect.Effect<Option.Option<string>>
}>()("gantry/runtimes/Runtimes") {
  /** `runtimeRoot` is `EngineConfig.derived.runtimeRoot`. */
  static readonly layer = (runtimeRoot: string) => Layer.effect(this, make(runtimeRoot))
}

/** The file that decides what a runtime is. */
const programOf = ({ binary = "", program = binary }: ResolvedRuntime) => program

const make = Effect.fnUntraced(function*(runtimeRoot: string) {
  const [fs, scripts] = yield* Effect.all([FileSystem.FileSystem, WrapperScripts])
  const answers = new Map<string, string>()

  const stampOf = (program: string) =>
    fs.stat(program).pipe(
      Effect.map(({ ino, mtime, size }) =>
        [program, Option.getOrElse(ino, () => 0), Option.getOrUndefined(mtime)?.getTime() ?? 0, size].join("\0")),
      Effect.orElseSucceed(() => program)
    )

  const ask = Effect.fnUntraced(function*(runtime: ResolvedRuntime, command: string) {
    const program = programOf(runtime)
    const key = `${yield* stampOf(program)}\0${runtime.binary}\0${command}`
    const known = answers.get(key)
    if (known !== undefined) return known
    const answer = yield* runProgram(runtime.binary ?? program, [command])
    // Replaced programs leave their old answers behind: a bound keeps them few.
    if (answers.size >= 256) answers.clear()
    answers.set(key, answer)
    return answer
  })

  const ready = Effect.fn("Runtimes.ready")(function*(runtime: ResolvedRuntime) {
    const { binary, name, scriptDigest, scriptWords, shim, systemdCgroup } = runtime
    const unusable = (message: string) => new RuntimeUnusable({ name, message })
    if (shim !== runcShim || binary === undefined) return { shim }
    const wrong = yield* Effect.provideService(notExecutable(programOf(runtime)), FileSystem.FileSystem, fs)
    if (wrong !== undefined) return yield* unusable(`error while looking up the specified runtime path: ${wrong}`)
    const content = scriptWords === undefined
      ? undefined
      : yield* Effect.mapError(Effect.fromResult(wrapperContent(scriptWords)), (error) => unusable(error.message))
    const binaryName = scriptDigest === undefined
      ? binary
      : yield* Effect.mapError(scripts.verify(scriptDigest, content), (error) => unusable(error.message))
    return { shim, runc: { binaryName, root: `${runtimeRoot}/runtime-${name}`, systemdCgroup } }
  })

  return Runtimes.of({
    ready,
    version: (runtime) =>
      Effect.map(ask(runtime, "--version"), (text) => ({
        version: /version:? v?([^\s,]+)/i.exec(text)?.[1] ?? "unknown",
        commit: /commit:? ([^\s,]+)/i.exec(text)?.[1] ?? ""
      })),
    features: (runtime) => Effect.option(ask(runtime, "features"))
  })
})
