import { Context, Effect, Exit, Layer, Scope } from "effect"
import { execFileSync } from "node:child_process"
import { randomBytes, randomInt } from "node:crypto"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { networkInterfaces } from "node:os"
import { join } from "node:path"
import { killProcessTrees } from "./containerd.ts"
import { type Daemon, startDaemon } from "./daemon.ts"
import { type Docker, dockerAt } from "./docker.ts"
import { expectClean } from "./fsck.ts"
import { rawHttp } from "./rawHttp.ts"
import { eventually } from "./realTime.ts"
import { projectRoot, stackRoot } from "./stack.ts"
import { tempDirectory } from "./tempDirectory.ts"
import { busyboxImage, dockerArchive, type TestImage } from "./testImages.ts"

/** Long, since many tests may start many engines at once. */
const startMs = 120_000

export interface EngineOptions {
  /** What `daemon.json` says besides the address pools. */
  readonly config?: object
  /** Flags of `serve`, behind those that keep the engine in its directory. */
  readonly args?: ReadonlyArray<string>
  readonly env?: Record<string, string>
  /** The program to run instead of `src/main.ts`. */
  readonly main?: string
  /** Loaded at the first start; busybox if not given. */
  readonly images?: ReadonlyArray<TestImage>
}

/** An engine of the test's own: the real process, with a containerd, a bridge and subnets that nobody else has. */
export interface Engine {
  readonly socket: string
  /** Everything it writes is below this directory: `data`, `run`, `daemon.json`, `log`. */
  readonly directory: string
  readonly configFile: string
  readonly bridge: string
  /** The bridge's address, unless `config` has other address pools. */
  readonly gateway: string
  /** The docker CLI, talking to this engine. */
  readonly docker: Docker
  /** The process that runs now. */
  readonly pid: Effect.Effect<number>
  /** All that it printed, over all its starts. */
  readonly log: Effect.Effect<string>
  readonly signal: (name: NodeJS.Signals) => Effect.Effect<void>
  /** Ends it by SIGTERM, waits until it is gone and gives its exit code; the containers go on. */
  readonly stop: Effect.Effect<number>
  /** Ends it by SIGKILL; containerd and the containers go on. */
  readonly kill9: Effect.Effect<void>
  /** Waits until it ends by itself; then `start` starts it again. */
  readonly died: Effect.Effect<void>
  /** Starts it again, if it does not run, and waits until it answers. */
  readonly start: Effect.Effect<void>
}

/** Sixteen subnets without an interface; drawn at random, since other tests look for theirs at the same time. */
const freePool = (): { readonly base: string; readonly gateway: string } => {
  const [second, third] = [randomInt(128, 200), 16 * randomInt(0, 16)]
  const taken = Object.values(networkInterfaces()).flat().some((interfaceAddress) => {
    const [a, b, c] = interfaceAddress?.address.split(".").map(Number) ?? []
    return a === 10 && b === second && c !== undefined && c >= third && c < third + 16
  })
  return taken ? freePool() : { base: `10.${second}.${third}.0/20`, gateway: `10.${second}.${third}.1` }
}

const layOut = (directory: string, options: EngineOptions) => {
  const bridge = `gt${randomBytes(5).toString("hex")}`
  const { base, gateway } = freePool()
  const socket = join(directory, "g.sock")
  const configFile = join(directory, "daemon.json")
  writeFileSync(configFile, JSON.stringify({ "default-address-pools": [{ base, size: 24 }], ...options.config }))
  const args = [
    "--disable-warning=ExperimentalWarning", join(projectRoot, options.main ?? "src/main.ts"), "serve",
    "--data-root", join(directory, "data"), "--exec-root", join(directory, "run"),
    "--host", `unix://${socket}`, "--pidfile", join(directory, "g.pid"), "--group", "",
    "--bridge", bridge, "--config-file", configFile, ...options.args ?? []
  ]
  return { bridge, gateway, socket, configFile, args, logFile: join(directory, "log") }
}

const listed = (directory: string) => existsSync(directory) ? readdirSync(directory) : []

/** What an engine that could not clean up has left: processes that name its directory, its bridge. */
const removeResidue = (directory: string, bridge: string) =>
  Effect.sync(() => {
    killProcessTrees((command) => command.includes(`${directory}/`))
    for (const port of listed(`/sys/class/net/${bridge}/brif`)) execFileSync("ip", ["link", "del", port])
    if (existsSync(`/sys/class/net/${bridge}`)) execFileSync("ip", ["link", "del", bridge])
  })

const removeContainers = (docker: Docker) =>
  Effect.gen(function*() {
    const { stdout } = yield* docker.run(["ps", "--all", "--quiet", "--no-trunc"])
    const ids = stdout.split("\n").filter((id) => id !== "")
    if (ids.length > 0) yield* docker.run(["rm", "--force", "--volumes", ...ids])
  })

/**
 * Starts an engine with all its files below a temporary directory, waits until it answers and loads its images. When the
 * scope closes its containers go first, then the engine; whatever is left is taken away by force.
 */
export const startEngine = Effect.fn("startEngine")(function*(options: EngineOptions = {}) {
  const directory = yield* tempDirectory("engine")
  const { args, bridge, configFile, gateway, logFile, socket } = layOut(directory, options)
  const docker = yield* dockerAt(socket)
  const log = Effect.sync(() => existsSync(logFile) ? readFileSync(logFile, "utf8") : "")
  const others = options.args?.some((flag) => flag.startsWith("--containerd")) ?? false
  let running: { readonly daemon: Daemon; readonly scope: Scope.Closeable } | undefined

  const daemon = Effect.suspend(() =>
    running === undefined ? Effect.die(new Error("the engine does not run")) : Effect.succeed(running.daemon))
  const answers = rawHttp(socket, "GET", "/_ping").pipe(
    Effect.map(({ status }) => status === 200 || undefined),
    Effect.catchDefect(() => Effect.succeed(undefined))
  )
  const start = Effect.gen(function*() {
    if (running !== undefined) return
    const scope = yield* Scope.make()
    const daemon = yield* startDaemon(process.execPath, args, {
      logFile,
      env: { GANTRY_STACK: stackRoot, ...options.env }
    }).pipe(Scope.provide(scope))
    running = { daemon, scope }
    const ended = Effect.flatMap(daemon.exit, (code) =>
      Effect.flatMap(log, (text) => Effect.die(new Error(`the engine ended with ${code}:\n${text}`))))
    yield* Effect.raceFirst(eventually(`the engine to answer on ${socket}`, answers, startMs), ended)
  })
  const end = (signal: "SIGTERM" | "SIGKILL" | undefined) =>
    Effect.gen(function*() {
      if (running === undefined) return 0
      const { daemon, scope } = running
      if (signal !== undefined) yield* daemon.signal(signal)
      const code = yield* daemon.exit
      yield* Scope.close(scope, Exit.void)
      running = undefined
      return code
    })

  yield* Effect.addFinalizer(() =>
    Effect.andThen(start, removeContainers(docker)).pipe(
      Effect.catchDefect((defect) => Effect.logWarning("the engine's containers could not be removed", defect)),
      // Whatever a test did, nothing is left of it.
      Effect.andThen(Effect.suspend(() => running === undefined || others ? Effect.void : expectClean({ directory, bridge }))),
      Effect.ensuring(Effect.andThen(end("SIGTERM"), removeResidue(directory, bridge)))
    ))
  yield* start
  yield* docker.text(["load"], { stdin: dockerArchive(options.images ?? [busyboxImage]) })
  const engine: Engine = {
    socket,
    directory,
    configFile,
    bridge,
    gateway,
    docker,
    pid: Effect.map(daemon, ({ pid }) => pid),
    log,
    signal: (name) => Effect.flatMap(daemon, ({ signal }) => signal(name)),
    stop: end("SIGTERM"),
    kill9: Effect.asVoid(end("SIGKILL")),
    died: Effect.asVoid(end(undefined)),
    start
  }
  return engine
})

/** One engine for all the tests of a file. */
export class TestEngine extends Context.Service<TestEngine, Engine>()("gantry/test/TestEngine") {
  static readonly layer = (options: EngineOptions = {}) => Layer.effect(this, startEngine(options))
}
