import { Effect } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import { createWriteStream, readFileSync } from "node:fs"
import { realSleep } from "./realTime.ts"

/** A program that runs as long as its scope, unless it ends before. */
export interface Daemon {
  readonly pid: number
  /** Sends a signal, if it still runs. */
  signal(name: NodeJS.Signals): Effect.Effect<void>
  /** Waits for the end: exit code, or -1 if a signal ended it. */
  readonly exit: Effect.Effect<number>
  /** What it printed so far. */
  readonly log: Effect.Effect<string>
}

const exitOf = (child: ChildProcess) =>
  Effect.callback<number>((resume) => {
    const done = (code: number | null) => resume(Effect.succeed(code ?? -1))
    if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode)
    child.once("exit", done)
    return Effect.sync(() => child.off("exit", done))
  })

/**
 * Starts a program whose output goes to `logFile`. When the scope closes it gets SIGTERM, and SIGKILL ten seconds later.
 */
export const startDaemon = (
  program: string,
  args: ReadonlyArray<string>,
  options: { readonly logFile: string; readonly env?: Record<string, string>; readonly cwd?: string }
) =>
  Effect.acquireRelease(
    Effect.callback<Daemon>((resume) => {
      const log = createWriteStream(options.logFile, { flags: "a" })
      log.on("open", () => {
        const child = spawn(program, [...args], {
          env: { ...process.env, ...options.env },
          ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
          // A terminal's ^C is meant for us; whoever started the daemon ends it, when it needs it no more.
          detached: true,
          stdio: ["ignore", log, log]
        })
        child.on("error", (reason) => resume(Effect.die(reason)))
        child.on("spawn", () => {
          log.close()
          const daemon: Daemon = {
            pid: child.pid ?? -1,
            signal: (name) => Effect.sync(() => void child.kill(name)),
            exit: exitOf(child),
            log: Effect.sync(() => readFileSync(options.logFile, "utf8"))
          }
          resume(Effect.succeed(daemon))
        })
      })
    }),
    (daemon) =>
      Effect.andThen(
        daemon.signal("SIGTERM"),
        Effect.raceFirst(daemon.exit, Effect.andThen(realSleep(10_000), Effect.andThen(daemon.signal("SIGKILL"), daemon.exit)))
      )
  )
