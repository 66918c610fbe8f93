import type * as NodeServices from "@effect/platform-node/NodeServices"
import * as Console from "effect/Console"
import type * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Path from "effect/Path"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { apiVersions } from "../config/checkApiVersion.ts"
import type { ConfigSource } from "../config/ConfigSource.ts"
import type { ConfigParts } from "../config/EngineConfig.ts"
import { LiveConfig } from "../config/LiveConfig.ts"
import { deriveConfig } from "../engine/system/deriveConfig.ts"
import type { HostFacts } from "../host/HostFacts.ts"
import { stackPath } from "../host/stackPath.ts"
import { WrapperScripts } from "../runtimes/WrapperScripts.ts"
import { configSource } from "./configSource.ts"
import { daemonLog } from "./daemonLog.ts"
import { engineVersion } from "./engineVersion.ts"
import { type ConfigOrigin, loadConfig } from "./loadConfig.ts"
import { pidFile } from "./pidFile.ts"
import { programVersion } from "./programVersion.ts"
import { hangups, reloadOnHangup } from "./reloadOnHangup.ts"

/** What the engine is started with; what may change later, it asks of `LiveConfig`. */
export interface EngineLaunch {
  readonly config: ConfigParts
  /** Where containerd, netavark and the others are found, in this order. */
  readonly searchPath: ReadonlyArray<string>
  readonly version: string
}

/** What the engine finds around it. */
export type EngineSurroundings =
  | LiveConfig | ConfigSource | WrapperScripts | HostFacts | Digest.Digest | NodeServices.NodeServices

/** The engine with its server: built once it accepts connections, ended with its scope. */
export type EngineServer = (launch: EngineLaunch) => Layer.Layer<never, { readonly message: string }, EngineSurroundings>

/** Where the scripts of one data root are. */
const scriptsOf = (path: Path.Path, { dataRoot }: { readonly dataRoot: string }) => path.join(dataRoot, "runtimes")

/** The whole start but for the start: parses, merges, checks, and resolves runtimes, writing nothing. */
export const validateConfig = Effect.fn("validateConfig")(function*(origin: ConfigOrigin) {
  const path = yield* Path.Path
  const { user, warnings } = yield* loadConfig(origin)
  yield* Effect.provide(deriveConfig(user), WrapperScripts.layerDry(scriptsOf(path, user)))
  yield* Effect.forEach(warnings, (warning) => Console.error(`warning: ${warning}`), { discard: true })
  yield* Console.error("configuration OK")
})

/** Runs the engine until it is interrupted. */
export const serveEngine = Effect.fn("serveEngine")(function*(origin: ConfigOrigin, server: EngineServer) {
  const signals = yield* hangups
  const path = yield* Path.Path
  const { file, user, warnings } = yield* loadConfig(origin)
  if (user.pidfile !== "") yield* pidFile(user.pidfile)
  const scripts = yield* Layer.build(WrapperScripts.layer(scriptsOf(path, user)))
  const log = daemonLog(user.logFormat, Effect.succeed(user))
  const derived = yield* deriveConfig(user).pipe(Effect.provide(scripts), Effect.provide(log))
  const launch = { config: { user, derived }, searchPath: yield* stackPath, version: yield* engineVersion }
  const config = yield* Layer.build(
    Layer.mergeAll(LiveConfig.layer(launch.config), configSource(origin, file)).pipe(
      Layer.provideMerge(Layer.succeedContext(scripts))
    )
  )
  const live = yield* Effect.provide(LiveConfig, config)
  const current = Effect.map(SubscriptionRef.get(live.ref), ({ user }) => user)
  yield* Effect.gen(function*() {
    yield* Effect.forEach(warnings, (warning) => Effect.logWarning(warning), { discard: true })
    yield* Layer.build(server(launch))
    yield* announceStart(launch)
    return yield* reloadOnHangup(signals)
  }).pipe(Effect.provide(daemonLog(user.logFormat, current)), Effect.provide(config))
}, Effect.scoped)

/** Three lines for whoever started it: where it listens, what it is made of, how to use it. */
const announceStart = Effect.fnUntraced(function*({ config, searchPath, version }: EngineLaunch) {
  const { derived, user } = config
  const versionOf = (program: string) =>
    programVersion(program, searchPath).pipe(
      Effect.map(({ version }) => `${program} ${version}`), Effect.orElseSucceed(() => program)
    )
  const containerd = user.containerdAddress === undefined
    ? yield* versionOf("containerd")
    : `containerd at ${user.containerdAddress}`
  const named = ["runc", "crun"].includes(derived.defaultRuntime)
  const runtime = named ? yield* versionOf(derived.defaultRuntime) : derived.defaultRuntime
  const [host = ""] = user.hosts
  yield* Console.error(`Gantry ${version} listens on ${user.hosts.join(", ")} (Docker API ${apiVersions.newest})`)
  yield* Console.error(`with ${containerd}, ${runtime}, ${yield* versionOf("netavark")}, Node ${process.versions.node}`)
  yield* Console.error(`try: export DOCKER_HOST=${host}; docker version`)
})
