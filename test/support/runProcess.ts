import { Effect } from "effect"
import { spawn } from "node:child_process"
import { clearTimeout, setTimeout as after } from "node:timers"

/** How a process ended. `code` is 128 plus the signal's number if a signal ended it, as a shell would say. */
export interface Finished {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  /** Standard output as it came. */
  readonly bytes: Buffer
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array
  /** Added to this process's environment. */
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** After this time the process is killed and the effect dies with its output; 60 s if not given. */
  readonly timeoutMs?: number
}

const signalNumbers: Record<string, number> = { SIGHUP: 1, SIGINT: 2, SIGQUIT: 3, SIGKILL: 9, SIGPIPE: 13, SIGTERM: 15 }

/** Runs a program to its end, in a process group of its own, which is killed if the effect is interrupted. */
export const runProcess = (program: string, args: ReadonlyArray<string>, options: RunOptions = {}) =>
  Effect.callback<Finished>((resume) => {
    const child = spawn(program, [...args], {
      env: { ...process.env, ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      detached: true,
      stdio: "pipe"
    })
    const stdout: Array<Buffer> = []
    const stderr: Array<Buffer> = []
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
    const text = () => `${Buffer.concat(stdout)}${Buffer.concat(stderr)}`
    const killGroup = () => {
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, "SIGKILL")
    }
    const timer = after(() => {
      killGroup()
      resume(Effect.die(new Error(`${program} ${args.join(" ")} did not end; it printed:\n${text()}`)))
    }, options.timeoutMs ?? 60_000)
    child.on("error", (reason) => {
      clearTimeout(timer)
      resume(Effect.die(reason))
    })
    child.on("close", (code, signal) => {
      clearTimeout(timer)
      const bytes = Buffer.concat(stdout)
      resume(Effect.succeed({
        code: code ?? 128 + (signalNumbers[signal ?? ""] ?? 0),
        stdout: bytes.toString(),
        stderr: Buffer.concat(stderr).toString(),
        bytes
      }))
    })
    // A program that ends without reading its input is no fault of the caller's.
    child.stdin.on("error", () => undefined)
    child.stdin.end(options.stdin)
    return Effect.sync(() => {
      clearTimeout(timer)
      killGroup()
    })
  })

/** As `runProcess`, but an exit code other than 0 is a defect: for what a test needs, not for what it examines. */
export const runOrDie = (program: string, args: ReadonlyArray<string>, options: RunOptions = {}) =>
  Effect.flatMap(runProcess(program, args, options), (finished) =>
    finished.code === 0
      ? Effect.succeed(finished)
      : Effect.die(new Error(`${program} ${args.join(" ")} ended with ${finished.code}:\n${finished.stdout}${finished.stderr}`)))
