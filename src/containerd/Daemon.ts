import { execFile } from "node:child_process"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { Containerd } from "./Containerd.ts"
import { daemonConfig } from "./daemonConfig.ts"
import { EventFeed } from "./EventFeed.ts"
import { Introspection } from "./generated/introspection_pb.ts"
import { Version } from "./generated/version_pb.ts"
import * as HostProcess from "./HostProcess.ts"
import * as RpcMeter from "./RpcMeter.ts"

/** Our containerd does not come up. `logTail` is the end of what it wrote. */
export class DaemonFailed extends Schema.TaggedError<DaemonFailed>()("DaemonFailed", {
  message: Schema.String,
  logTail: Schema.String
}) {}

export interface DaemonOptions {
  /** containerd itself, an absolute path. */
  readonly binary: string
  /** Where it finds its shims, and they their helpers; put before the PATH it inherits. */
  readonly stackBin: string
  /** What must survive a reboot: content, snapshots, metadata. */
  readonly root: string
  /** What need not. Its configuration and the file with its pid stand here too. */
  readonly state: string
  /** The socket, an absolute path of at most some hundred characters. */
  readonly address: string
  readonly logFile: string
}

export type DaemonState = "starting" | "running" | "down"

/**
 * A containerd of our own, a child process. It is started again when it dies, and told to end when the layer's
 * scope closes; containers and their shims stay in both cases.
 */
export class Daemon extends Context.Service<Daemon, {
  readonly state: SubscriptionRef.SubscriptionRef<DaemonState>
  readonly pid: Effect.Effect<number>
}>()("gantry/containerd/Daemon") {
  static readonly layer = (options: DaemonOptions): Layer.Layer<Daemon, DaemonFailed, Containerd> =>
    Layer.effect(
      Daemon,
      Effect.gen(function*() {
        const configFile = yield* prepare(options)
        const state = yield* SubscriptionRef.make<DaemonState>("starting")
        const current = yield* Ref.make(Option.none<HostProcess.Child>())
        yield* Effect.addFinalizer(() => Effect.flatMap(Ref.get(current), (child) => end(options, child)))
        const first = yield* launch(options, configFile, current)
        yield* checkPlugins(options)
        yield* SubscriptionRef.set(state, "running")
        yield* Effect.forkScoped(supervise(options, configFile, state, current, first))
        return { state, pid: Effect.map(Ref.get(current), (child) => Option.match(child, { onNone: () => 0, onSome: ({ pid }) => pid })) }
      }).pipe(
        // What it takes to come up is nobody's request.
        Effect.provideService(RpcMeter.RpcMeter, RpcMeter.make())
      )
    )
}

/** Everything below the engine on a containerd of our own. */
export const embedded = (options: DaemonOptions & { readonly namespace: string }) =>
  EventFeed.layer.pipe(Layer.provideMerge(Daemon.layer(options)), Layer.provideMerge(Containerd.layerAt(options)))

/** The same on a containerd that others look after. */
export const external = (options: { readonly address: string; readonly namespace: string }) =>
  EventFeed.layer.pipe(Layer.provideMerge(Containerd.layerAt(options)))

/** A log that has grown past this is put aside at the next start, in place of the one put aside before. */
const logBytesMax = 10 * 1024 * 1024

const pidFileOf = (options: DaemonOptions) => Path.join(options.state, "containerd.pid")

/** Folders, configuration, and an end to the containerd of an engine that was killed. */
const prepare = Effect.fnUntraced(function*(options: DaemonOptions) {
  const configFile = Path.join(options.state, "containerd.toml")
  const major = yield* majorVersion(options)
  yield* attempt(options, () => {
    const folders = [options.root, options.state, Path.dirname(options.address), Path.dirname(options.logFile)]
    for (const folder of folders) Fs.mkdirSync(folder, { recursive: true, mode: 0o711 })
    Fs.writeFileSync(configFile, daemonConfig(major, options), { mode: 0o600 })
    if ((Fs.statSync(options.logFile, { throwIfNoEntry: false })?.size ?? 0) > logBytesMax) {
      Fs.renameSync(options.logFile, `${options.logFile}.1`)
    }
  })
  const stale = yield* readPidFile(options)
  if (Option.isSome(stale)) {
    yield* Effect.logDebug(`Ending containerd ${stale.value.pid}, left by an earlier engine`)
    yield* HostProcess.terminate(stale.value)
  }
  return configFile
})

const majorVersion = (options: DaemonOptions): Effect.Effect<number, DaemonFailed> =>
  Effect.callback((resume) => {
    execFile(options.binary, ["--version"], { timeout: 10_000 }, (error, stdout) => {
      const version = / v?(\d+)\.\d+/.exec(stdout)
      resume(
        error === null && version !== null
          ? Effect.succeed(Number(version[1]))
          : new DaemonFailed({ message: `cannot tell the version of ${options.binary}: ${error?.message ?? stdout}`, logTail: "" })
      )
    })
  })

/** A running containerd that answers. Fails when it ends before it does, or takes too long. */
const launch = Effect.fnUntraced(
  function*(
    options: DaemonOptions,
    configFile: string,
    current: Ref.Ref<Option.Option<HostProcess.Child>>
  ): Effect.fn.Return<HostProcess.Child, DaemonFailed, Containerd> {
    const containerd = yield* Containerd
    const child = yield* Effect.uninterruptible(Effect.gen(function*() {
      const child = yield* HostProcess.spawnApart({
        binary: options.binary,
        args: ["--config", configFile],
        env: environment(options),
        logFile: options.logFile
      })
      yield* Ref.set(current, Option.some(child))
      yield* attempt(options, () => Fs.writeFileSync(pidFileOf(options), encodePid(child)))
      return child
    })).pipe(Effect.catchTag("SpawnFailed", ({ message }) => failure(options, message)))

    const answers = containerd.unary(Version.method.version, {}, { timeout: "2 seconds" }).pipe(
      Effect.retry({ schedule: Schedule.spaced("20 millis") }),
      Effect.catch((error) => failure(options, error.message)),
      Effect.timeoutOrElse({ duration: "30 seconds", orElse: () => failure(options, "containerd does not answer") })
    )
    const ends = Effect.flatMap(child.exited, (how) => failure(options, `containerd ended with ${how}`))
    yield* Effect.raceFirst(answers, ends)
    return child
  }
)

const supervise = (
  options: DaemonOptions,
  configFile: string,
  state: SubscriptionRef.SubscriptionRef<DaemonState>,
  current: Ref.Ref<Option.Option<HostProcess.Child>>,
  first: HostProcess.Child
): Effect.Effect<void, never, Containerd> => {
  const again = Effect.andThen(SubscriptionRef.set(state, "starting"), launch(options, configFile, current)).pipe(
    Effect.tapError((error) =>
      Effect.andThen(SubscriptionRef.set(state, "down"), Effect.logError("containerd does not come back", error))),
    // One that hangs rather than dies would stay beside the next.
    Effect.onError(() => Effect.flatMap(Ref.get(current), Option.match({ onNone: () => Effect.void, onSome: HostProcess.terminate }))),
    Effect.retry({ schedule: Schedule.min([Schedule.exponential("100 millis"), Schedule.spaced("5 seconds")]) }),
    Effect.orDie
  )
  const watch = (child: HostProcess.Child): Effect.Effect<void, never, Containerd> =>
    Effect.gen(function*() {
      const how = yield* child.exited
      yield* SubscriptionRef.set(state, "down")
      yield* Effect.logWarning(`containerd ended with ${how}; starting it again`)
      const next = yield* Effect.delay(again, "50 millis")
      yield* SubscriptionRef.set(state, "running")
      yield* watch(next)
    })
  return watch(first)
}

/** The services that we call. One that fails to load is a line in containerd's log and nothing more. */
const neededServices = [
  "containers", "content", "diff", "events", "images", "introspection", "leases",
  "sandboxes", "snapshots", "streaming", "tasks", "transfer", "version"
]

const checkPlugins = Effect.fnUntraced(function*(options: DaemonOptions) {
  const containerd = yield* Containerd
  const reply = yield* containerd.unary(Introspection.method.plugins, {}).pipe(
    Effect.catch((error) => failure(options, error.message))
  )
  const loaded = new Map(
    reply.plugins.filter((plugin) => plugin.type === "io.containerd.grpc.v1").map((plugin) => [plugin.id, plugin.initErr?.message ?? ""])
  )
  const lacking = neededServices.flatMap((id) => {
    const error = loaded.get(id) ?? "not there"
    return error === "" ? [] : [`${id}: ${error}`]
  })
  if (lacking.length > 0) return yield* failure(options, `containerd lacks services: ${lacking.join("; ")}`)
})

const end = (options: DaemonOptions, child: Option.Option<HostProcess.Child>) =>
  Option.match(child, {
    onNone: () => Effect.void,
    onSome: (child) =>
      Effect.andThen(
        HostProcess.terminate(child),
        Effect.ignore(attempt(options, () => Fs.rmSync(pidFileOf(options), { force: true })))
      )
  })

const environment = (options: DaemonOptions) => ({
  ...process.env,
  PATH: `${options.stackBin}:${process.env["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}`,
  // It would report its own readiness to systemd as ours.
  NOTIFY_SOCKET: undefined
})

const PidFile = Schema.fromJsonString(HostProcess.ProcessIdentity)

const encodePid = ({ pid, startedTicks }: HostProcess.ProcessIdentity) => JSON.stringify({ pid, startedTicks })

/** The process that the file names, if it is still that one. */
const readPidFile = (options: DaemonOptions): Effect.Effect<Option.Option<HostProcess.ProcessIdentity>> =>
  Effect.try(() => Fs.readFileSync(pidFileOf(options), "utf8")).pipe(
    Effect.flatMap((text) => Schema.decodeUnknownEffect(PidFile)(text)),
    Effect.flatMap((identity) => Effect.map(HostProcess.alive(identity), (alive) => alive ? Option.some(identity) : Option.none())),
    Effect.catch(() => Effect.succeed(Option.none()))
  )

const attempt = <A>(options: DaemonOptions, run: () => A): Effect.Effect<A, DaemonFailed> =>
  Effect.catch(Effect.try(run), (error) => failure(options, String(error.cause ?? error)))

const failure = (options: DaemonOptions, message: string): Effect.Effect<never, DaemonFailed> =>
  Effect.flatMap(Effect.sync(() => logTail(options.logFile)), (tail) => Effect.fail(new DaemonFailed({ message, logTail: tail })))

const logTail = (file: string): string => {
  try {
    return Fs.readFileSync(file, "utf8").slice(-2000)
  } catch {
    return ""
  }
}
