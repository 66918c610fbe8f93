import { type ChildProcess, spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Effect } from "effect"

/** A directory of the test's own, removed with the scope. */
export const scratch = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-logs-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

export interface Shell {
  readonly exit: Effect.Effect<number>
}

/** A shell script as a process, ended with the scope. Its standard streams are opened by itself. */
export const shell = (script: string) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => spawn("sh", ["-c", script], { stdio: "ignore", detached: true })),
      (child) => Effect.sync(() => {
        if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) process.kill(-child.pid, "SIGKILL")
      })
    ),
    (child): Shell => ({ exit: exitOf(child) })
  )

const exitOf = (child: ChildProcess) =>
  Effect.callback<number>((resume) => {
    if (child.exitCode !== null) resume(Effect.succeed(child.exitCode))
    else child.once("exit", (code) => resume(Effect.succeed(code ?? -1)))
  })

/** What this process holds open below a directory. */
export const openBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync("/proc/self/fd").flatMap((fd) => {
    try {
      const target = readlinkSync(`/proc/self/fd/${fd}`)
      return target.startsWith(directory) ? [target] : []
    } catch {
      return []
    }
  })
