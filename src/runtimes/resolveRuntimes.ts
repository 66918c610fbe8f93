import * as Effect from "effect/Effect"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { ConfiguredRuntime } from "../model/ConfiguredRuntime.ts"
import type { RuntimeDefinition } from "../model/RuntimeDefinition.ts"
import { findProgram } from "./findProgram.ts"
import type { ConfiguredRuntimes } from "./lookupRuntime.ts"
import { badDefinition, isShimName, runcShim } from "./runtimeRules.ts"
import { runProgram } from "./runProgram.ts"
import { wrapperContent } from "./wrapperContent.ts"
import { WrapperScripts } from "./WrapperScripts.ts"

/** Why the runtimes can't be as configured, in Docker's words. */
export class RuntimeRejected extends Schema.TaggedError<RuntimeRejected>()("RuntimeRejected", {
  message: Schema.String
}) {}

/** What decides how a runtime's name is resolved. */
export interface RuntimeSettings {
  /** `runtimes` of the configuration. */
  readonly definitions: Readonly<Record<string, RuntimeDefinition>>
  /** `default-runtime`; absent: crun if it works, else runc. */
  readonly defaultRuntime?: string | undefined
  readonly systemdCgroup: boolean
  /** cgroups v1 with controllers left in the v2 tree: crun refuses unless it can't see that tree. */
  readonly hybridCgroups: boolean
  /** Where programs are looked for, in this order. */
  readonly searchPath: ReadonlyArray<string>
}

const lookupFailed = "error while looking up the specified runtime path"

/** The mount namespace is a slave, so that mounts made later for containers still arrive in it. */
const withoutUnifiedTree = (unshare: string) => [
  unshare, "--mount", "--propagation", "slave",
  "/bin/sh", "-c", `umount /sys/fs/cgroup/unified; exec "$0" "$@"`
]

/** The words that lead to the runtime; one word needs no script. */
const wordsOf = Effect.fnUntraced(function*(binary: string, args: ReadonlyArray<string>, settings: RuntimeSettings) {
  const path = yield* Path.Path
  if (!settings.hybridCgroups || path.basename(binary) !== "crun") return [binary, ...args]
  return [...withoutUnifiedTree(yield* findProgram("unshare", settings.searchPath)), binary, ...args]
})

const byPath = Effect.fnUntraced(
  function*(name: string, definition: RuntimeDefinition, settings: RuntimeSettings) {
    const scripts = yield* WrapperScripts
    const { path = "", runtimeArgs = [] } = definition
    const base = { name, shim: runcShim, systemdCgroup: settings.systemdCgroup }
    const found = yield* findProgram(path, settings.searchPath).pipe(
      Effect.flatMap((program) =>
        Effect.map(wordsOf(program, runtimeArgs, settings), (words) => ({ program, words }))),
      Effect.result
    )
    if (Result.isFailure(found)) {
      return { definition, resolved: base, unusable: `${lookupFailed}: ${found.failure}` }
    }
    const { program, words } = found.success
    if (words.length === 1) return { definition, resolved: { ...base, binary: program } }
    const content = yield* Effect.fromResult(wrapperContent(words))
    const scriptDigest = yield* scripts.ensure(content)
    const resolved = { ...base, binary: scripts.pathOf(scriptDigest), scriptDigest, scriptWords: words, program }
    return { definition, resolved }
  }
)

const byType = Effect.fnUntraced(
  function*(name: string, definition: RuntimeDefinition, settings: RuntimeSettings) {
    const { options, runtimeType: shim = runcShim } = definition
    if (shim !== runcShim) {
      return { definition, resolved: { name, shim, systemdCgroup: false, ...(options ? { options } : {}) } }
    }
    const { BinaryName: path = "runc", SystemdCgroup: systemdCgroup = settings.systemdCgroup } = options ?? {}
    if (typeof path !== "string" || typeof systemdCgroup !== "boolean") {
      return yield* new RuntimeRejected({ message: `runtime ${name}: BinaryName is a text, SystemdCgroup true or false` })
    }
    const { resolved, ...rest } = yield* byPath(name, { path }, { ...settings, systemdCgroup })
    return { ...rest, definition, resolved }
  }
)

const resolveOne = (name: string, definition: RuntimeDefinition, settings: RuntimeSettings) =>
  (definition.path ?? "") === "" ? byType(name, definition, settings) : byPath(name, definition, settings)

/** Whether the runtime starts at all, by the way that containers will take: `--version` within five seconds. */
const works = Effect.fnUntraced(function*({ resolved, unusable }: ConfiguredRuntime) {
  const { writes } = yield* WrapperScripts
  const { binary, scriptWords } = resolved
  if (unusable !== undefined || binary === undefined) return false
  const [program = binary, ...args] = writes ? [] : scriptWords ?? []
  return yield* Effect.isSuccess(runProgram(program, [...args, "--version"]))
})

const builtIn: Readonly<Record<string, RuntimeDefinition>> = {
  runc: { path: "runc" },
  crun: { path: "crun" },
  [runcShim]: { runtimeType: runcShim }
}

/**
 * Every runtime of a configuration, ready to be used: looked up, its script written. A runtime that is not installed is
 * no failure here: it is one for whoever asks for it.
 */
export const resolveRuntimes = Effect.fn("Runtimes.resolve")(function*(settings: RuntimeSettings) {
  for (const [name, definition] of Object.entries(settings.definitions)) {
    const message = badDefinition(name, definition)
    if (message !== undefined) return yield* new RuntimeRejected({ message })
  }
  const definitions = new Map(Object.entries({ ...builtIn, ...settings.definitions }))
  const { defaultRuntime: asked = "" } = settings
  if (asked !== "" && !definitions.has(asked)) {
    if (!isShimName(asked)) {
      return yield* new RuntimeRejected({ message: `specified default runtime '${asked}' does not exist` })
    }
    definitions.set(asked, { runtimeType: asked })
  }
  const runtimes = new Map<string, ConfiguredRuntime>()
  for (const [name, definition] of definitions) runtimes.set(name, yield* resolveOne(name, definition, settings))
  const crun = runtimes.get("crun")
  const defaultRuntime = asked !== "" ? asked : crun !== undefined && (yield* works(crun)) ? "crun" : "runc"
  const resolved: ConfiguredRuntimes = { runtimes: Object.fromEntries(runtimes), defaultRuntime }
  return resolved
})
