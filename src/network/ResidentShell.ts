import { type ChildProcess, spawn } from "node:child_process"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ToolFailed } from "./runTool.ts"

/** A shell that stays and does jobs, each named and with one argument; several at once. */
export interface ResidentShell {
  /** Fails with what the job printed. Once begun, a job is left to end; an answer is waited for ten seconds. */
  run(job: string, argument: string): Effect.Effect<void, ToolFailed>
}

const answerLimit = Duration.seconds(10)

/** Answers a line for each job: its number, and if it failed a text behind it. Ends when we do, by the end of its input. */
const loop = `
while read -r number job argument; do
  { if said=$("$job" "$argument" 2>&1); then echo "$number"; else echo "$number" failed: $said; fi; } &
done`

interface Running {
  readonly child: ChildProcess
  readonly waiting: Map<string, (answer: Effect.Effect<void, ToolFailed>) => void>
}

const start = (functions: string, env: Readonly<Record<string, string>>): Running => {
  // A terminal's signals are not for it: it ends after all that still needs it.
  const child = spawn("sh", ["-fc", functions + loop], { detached: true, stdio: ["pipe", "pipe", "ignore"], env })
  const waiting: Running["waiting"] = new Map()
  let rest = ""
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    const lines = (rest + text).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) {
      const [number = "", ...said] = line.split(" ")
      const message = said.join(" ")
      waiting.get(number)?.(message === "" ? Effect.void : Effect.fail(new ToolFailed({ command: "sh", message })))
      waiting.delete(number)
    }
  })
  const gone = (message: string) => {
    for (const answer of waiting.values()) answer(Effect.fail(new ToolFailed({ command: "sh", message })))
    waiting.clear()
  }
  // Jobs under way answer even if the shell has died; what it did not read any more fails at the close.
  child.once("error", (error) => gone(error.message)).once("close", () => gone("the shell ended"))
  child.stdin.on("error", () => {})
  return { child, waiting }
}

const runs = ({ child }: Running) => child.pid !== undefined && child.exitCode === null && child.signalCode === null

/**
 * For small jobs that are done often. Node waits, with everything else, until a child it spawns has become its program:
 * milliseconds each time, and many on a busy machine. The shell does that waiting in our stead.
 *
 * `functions` are the jobs, as functions of a POSIX shell; what one returns says whether it failed. Arguments have no
 * spaces at their ends and no line breaks.
 */
export const make = (
  functions: string,
  env: Readonly<Record<string, string>>
): Effect.Effect<ResidentShell, never, Scope.Scope> =>
  Effect.gen(function*() {
    let running: Running | undefined
    let count = 0
    yield* Effect.addFinalizer(() => Effect.sync(() => running?.child.stdin?.end()))

    const run: ResidentShell["run"] = (job, argument) =>
      Effect.callback<void, ToolFailed>((resume) => {
        if (running === undefined || !runs(running)) running = start(functions, env)
        const { child, waiting } = running
        const number = String(count++)
        waiting.set(number, resume)
        child.stdin?.write(`${number} ${job} ${argument}\n`)
        return Effect.sync(() => waiting.delete(number))
      }).pipe(Effect.timeoutOrElse({
        duration: answerLimit,
        orElse: () => Effect.fail(new ToolFailed({ command: job, message: `${job} ${argument} did not end in time` }))
      }))
    return { run }
  })
