import { Effect, Exit, Scope } from "effect"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Daemon, startDaemon } from "./daemon.ts"
import { eventually } from "./realTime.ts"
import { runOrDie, type RunOptions, runProcess } from "./runProcess.ts"
import { stackPath, stackProgram } from "./stack.ts"
import { tempDirectory } from "./tempDirectory.ts"

/** A containerd of the test's own. */
export interface Containerd {
  /** Path of its gRPC socket. */
  readonly address: string
  /** Everything it writes is below this directory. */
  readonly directory: string
  /** The process that runs now. */
  readonly daemon: Effect.Effect<Daemon>
  /** Ends it by SIGKILL or SIGTERM and waits until it is gone; its containers go on. */
  stop(signal: "SIGKILL" | "SIGTERM"): Effect.Effect<void>
  /** Starts it again after `stop`. */
  readonly start: Effect.Effect<void>
  /** `ctr --namespace <namespace> <args>`. */
  ctr(namespace: string, args: ReadonlyArray<string>, options?: RunOptions): ReturnType<typeof runProcess>
}

const pluginsLeftOut = {
  2: [
    "io.containerd.grpc.v1.cri", "io.containerd.cri.v1.images", "io.containerd.cri.v1.runtime", "io.containerd.nri.v1.nri",
    "io.containerd.internal.v1.tracing", "io.containerd.tracing.processor.v1.otlp",
    "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.erofs", "io.containerd.snapshotter.v1.zfs",
    "io.containerd.differ.v1.erofs", "io.containerd.monitor.container.v1.restart",
    "io.containerd.podsandbox.controller.v1.podsandbox", "io.containerd.grpc.v1.sandbox-controllers"
  ],
  1: [
    "io.containerd.grpc.v1.cri", "io.containerd.nri.v1.nri", "io.containerd.internal.v1.tracing",
    "io.containerd.tracing.processor.v1.otlp", "io.containerd.snapshotter.v1.aufs",
    "io.containerd.snapshotter.v1.blockfile", "io.containerd.snapshotter.v1.btrfs",
    "io.containerd.snapshotter.v1.devmapper", "io.containerd.snapshotter.v1.zfs"
  ]
}

const configuration = (major: 1 | 2, directory: string) =>
  [
    `version = ${major + 1}`,
    `root = ${JSON.stringify(join(directory, "root"))}`,
    `state = ${JSON.stringify(join(directory, "state"))}`,
    `disabled_plugins = ${JSON.stringify(pluginsLeftOut[major])}`,
    "[grpc]",
    `  address = ${JSON.stringify(join(directory, "c.sock"))}`,
    "[ttrpc]",
    `  address = ${JSON.stringify(join(directory, "c.sock.ttrpc"))}`,
    `[plugins."io.containerd.internal.v1.opt"]`,
    `  path = ${JSON.stringify(join(directory, "opt"))}`,
    ""
  ].join("\n")

interface Process {
  readonly pid: number
  readonly parent: number
  readonly command: string
}

const processes = (): ReadonlyArray<Process> =>
  readdirSync("/proc").filter((name) => /^\d+$/.test(name)).flatMap((name) => {
    // A process that ends meanwhile has no more files.
    try {
      const parent = /\) \S (\d+)/.exec(readFileSync(`/proc/${name}/stat`, "utf8"))?.[1]
      return [{ pid: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, "latin1") }]
    } catch {
      return []
    }
  })

const isShimOf = (address: string, command: string) => {
  const [program = "", ...args] = command.split("\0")
  return program.endsWith("containerd-shim-runc-v2") && args.includes(address)
}

/** The shims that serve the containerd at `address`. */
export const shimsOf = (address: string) =>
  processes().filter(({ command }) => isShimOf(address, command)).map(({ pid }) => pid)

/** Kills the processes whose command line (words end in NUL) is chosen, with all that runs below them. */
export const killProcessTrees = (chosen: (command: string) => boolean) => {
  const all = processes()
  const killTree = (pid: number) => {
    for (const child of all.filter(({ parent }) => parent === pid)) killTree(child.pid)
    try {
      process.kill(pid, "SIGKILL")
    } catch {
      // It is gone already, which is what is wanted.
    }
  }
  for (const { pid } of all.filter(({ command }) => chosen(command))) killTree(pid)
}

/** Takes away what containers left in containerd, while it can still do so itself. */
const removeContainers = (ctr: Containerd["ctr"], names: ReadonlyArray<string>) =>
  Effect.forEach(names, (namespace) =>
    Effect.gen(function*() {
      const { stdout } = yield* ctr(namespace, ["containers", "list", "--quiet"])
      for (const id of stdout.split("\n").filter((line) => line !== "")) {
        yield* ctr(namespace, ["tasks", "delete", "--force", id], { timeoutMs: 10_000 })
        yield* ctr(namespace, ["containers", "delete", id])
      }
    }))

const removeRuntimeState = (directory: string) => {
  // runc's own root when nobody named another; containerd's namespaces are the folders in it.
  const tasks = join(directory, "state/io.containerd.runtime.v2.task")
  for (const namespace of existsSync(tasks) ? readdirSync(tasks) : []) {
    for (const id of readdirSync(join(tasks, namespace))) {
      rmSync(join("/run/containerd/runc", namespace, id), { recursive: true, force: true })
    }
  }
}

/**
 * Starts a containerd, with all its files below a temporary directory, and waits until it answers. When the scope closes
 * its containers, shims and mounts go with it.
 */
export const startContainerd = Effect.fn("startContainerd")(function*() {
  const directory = yield* tempDirectory("cd")
  const address = join(directory, "c.sock")
  const { stdout } = yield* runOrDie(stackProgram("containerd"), ["--version"])
  const configFile = join(directory, "config.toml")
  mkdirSync(join(directory, "opt"))
  writeFileSync(configFile, configuration(/ v?1\.\d+\.\d+/.test(stdout) ? 1 : 2, directory))

  const ctr: Containerd["ctr"] = (namespace, args, options = {}) =>
    runProcess(stackProgram("ctr"), ["--address", address, "--namespace", namespace, ...args], {
      ...options,
      env: { PATH: stackPath, ...options.env }
    })
  let running: { readonly daemon: Daemon; readonly scope: Scope.Closeable } | undefined
  const answers = Effect.map(ctr("default", ["version"]), ({ code }) => code === 0 ? true : undefined)
  const start = Effect.gen(function*() {
    const scope = yield* Scope.make()
    const daemon = yield* startDaemon(stackProgram("containerd"), ["--config", configFile], {
      logFile: join(directory, "containerd.log"),
      env: { PATH: stackPath }
    }).pipe(Scope.provide(scope))
    running = { daemon, scope }
    yield* eventually(`containerd to answer; see ${directory}/containerd.log`, answers)
  })
  const stop = (signal: "SIGKILL" | "SIGTERM") =>
    Effect.suspend(() =>
      running === undefined
        ? Effect.void
        : running.daemon.signal(signal).pipe(Effect.andThen(Scope.close(running.scope, Exit.void)))
    )

  yield* Effect.addFinalizer(() =>
    Effect.gen(function*() {
      if ((yield* answers) === true) {
        const namespaces = yield* ctr("default", ["namespaces", "list", "--quiet"])
        yield* removeContainers(ctr, namespaces.stdout.split("\n").filter((line) => line !== ""))
      }
      yield* stop("SIGTERM")
      killProcessTrees((command) => isShimOf(address, command))
      removeRuntimeState(directory)
    })
  )
  yield* start
  const containerd: Containerd = {
    address,
    directory,
    daemon: Effect.suspend(() =>
      running === undefined ? Effect.die(new Error("containerd was never started")) : Effect.succeed(running.daemon)
    ),
    stop,
    start,
    ctr
  }
  return containerd
})
