import { spawn } from "node:child_process"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schema from "effect/Schema"
import type * as Duration from "effect/Duration"

/** A program of the host (`netavark`, `nft`, `ip`, …) could not be run to its end. */
export class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", {
  command: Schema.String,
  message: Schema.String
}) {}

export interface ToolOptions {
  readonly deadline: Duration.Input
  readonly stdin?: string
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>
}

/** How a program ended. `exitCode` is 128 if a signal ended it; `stderr` then says which. */
export interface ToolResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs a program in a process group of its own, so that a signal from our terminal doesn't reach it. Once begun it is
 * left to end, whoever interrupts us: a network half set up is worse than a late answer. The deadline kills the group.
 */
export const runTool = (
  command: string,
  args: ReadonlyArray<string>,
  options: ToolOptions
): Effect.Effect<ToolResult, ToolFailed> =>
  untilExit(command, args, options).pipe(
    Effect.timeoutOrElse({
      duration: options.deadline,
      orElse: () => Effect.fail(new ToolFailed({ command, message: `${command} did not end in time and was killed` }))
    }),
    // A detached fiber isn't interrupted with us, and unlike an uninterruptible one its time limit works.
    Effect.forkDetach({ startImmediately: true }),
    Effect.flatMap(Fiber.join),
    Effect.uninterruptible
  )

const untilExit = (command: string, args: ReadonlyArray<string>, options: ToolOptions) =>
  Effect.callback<ToolResult, ToolFailed>((resume) => {
    const child = spawn(command, args, { detached: true, stdio: ["pipe", "pipe", "pipe"], env: options.env })
    const stdout: Array<Buffer> = []
    const stderr: Array<Buffer> = []
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk))
    child.once("error", (error) => resume(Effect.fail(new ToolFailed({ command, message: error.message }))))
    child.once("close", (code, signal) =>
      resume(Effect.succeed({
        exitCode: code ?? 128,
        stdout: Buffer.concat(stdout).toString("utf8"),
        stderr: Buffer.concat(stderr).toString("utf8") + (signal === null ? "" : `ended by ${signal}`)
      })))
    // A program that ends without reading its input is judged by its exit code.
    child.stdin.once("error", () => {})
    child.stdin.end(options.stdin ?? "")
    return Effect.callback<void>((done) => {
      if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return done(Effect.void)
      child.once("exit", () => {
        // A grandchild that left the group may hold the pipes open.
        child.stdout.destroy()
        child.stderr.destroy()
        done(Effect.void)
      })
      process.kill(-child.pid, "SIGKILL")
    })
  })
