import { type ChildProcess, spawn } from "node:child_process"
import * as Fs from "node:fs"
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"

export class SpawnFailed extends Schema.TaggedError<SpawnFailed>()("SpawnFailed", {
  binary: Schema.String,
  message: Schema.String
}) {}

/** A process by more than its number, which the kernel gives out again. */
export const ProcessIdentity = Schema.Struct({ pid: Schema.Int, startedTicks: Schema.Int })
export type ProcessIdentity = typeof ProcessIdentity.Type

export interface Child extends ProcessIdentity {
  /** How it ended, in words. */
  readonly exited: Effect.Effect<string>
}

/**
 * A child in a session of its own, so that a terminal's ^C reaches us alone, and writing to a file, so that it
 * outlives us in peace. Ending it is the caller's.
 */
export const spawnApart = (options: {
  readonly binary: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly logFile: string
}): Effect.Effect<Child, SpawnFailed> =>
  Effect.callback<{ readonly child: ChildProcess; readonly pid: number; readonly exit: Deferred.Deferred<string> }, SpawnFailed>(
    (resume) => {
      const failed = (error: unknown) => resume(Effect.fail(new SpawnFailed({ binary: options.binary, message: String(error) })))
      try {
        const log = Fs.openSync(options.logFile, "a", 0o600)
        const child = spawn(options.binary, options.args, { detached: true, env: options.env, stdio: ["ignore", log, log] })
        Fs.closeSync(log)
        const exit = Deferred.makeUnsafe<string>()
        child.once("exit", (code, signal) =>
          Deferred.doneUnsafe(exit, Effect.succeed(signal === null ? `exit code ${code}` : `signal ${signal}`)))
        child.once("error", failed)
        child.once("spawn", () => {
          if (child.pid !== undefined) resume(Effect.succeed({ child, pid: child.pid, exit }))
        })
      } catch (error) {
        failed(error)
      }
    }
  ).pipe(
    Effect.map(({ exit, pid }) => ({
      pid,
      startedTicks: Option.getOrElse(startedTicks(pid), () => 0),
      exited: Deferred.await(exit)
    })),
    // Between the fork and our knowing of it, nobody would end it.
    Effect.uninterruptible
  )

/** This process. */
export const own = (): ProcessIdentity =>
  ({ pid: process.pid, startedTicks: Option.getOrElse(startedTicks(process.pid), () => 0) })

/** Whether just this process runs. One that died and was not collected does not. */
export const alive = (identity: ProcessIdentity): Effect.Effect<boolean> =>
  Effect.sync(() => Option.contains(startedTicks(identity.pid), identity.startedTicks))

export const signal = (identity: ProcessIdentity, name: "SIGTERM" | "SIGKILL"): Effect.Effect<void> =>
  Effect.flatMap(alive(identity), (running) =>
    running ? Effect.ignore(Effect.try(() => process.kill(identity.pid, name))) : Effect.void)

/** Asks it to end, waits, and ends it if that takes too long. */
export const terminate = Effect.fnUntraced(function*(identity: ProcessIdentity) {
  yield* signal(identity, "SIGTERM")
  const deadline = (yield* Clock.currentTimeMillis) + 10_000
  const ended = Effect.repeat(alive(identity), {
    schedule: Schedule.spaced("10 millis"),
    while: (running) => Effect.map(Clock.currentTimeMillis, (now) => running && now < deadline)
  })
  if (!(yield* ended)) return
  yield* signal(identity, "SIGKILL")
})

/** Clock ticks since boot at which a process started; none when it is dead. */
const startedTicks = (pid: number): Option.Option<number> => {
  try {
    const stat = Fs.readFileSync(`/proc/${pid}/stat`, "utf8")
    // The name in parentheses may hold anything, so count from its end.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    const state = fields[0]
    return state === "Z" || state === "X" ? Option.none() : Option.some(Number(fields[19]))
  } catch {
    return Option.none()
  }
}
