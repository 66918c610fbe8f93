import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"

/** A program of the host did not do its work. `reason` is the first line it wrote about it. */
export class ToolFailed extends Schema.TaggedError<ToolFailed>()("ToolFailed", {
  tool: Schema.String,
  reason: Schema.String
}) {
  override get message(): string {
    return `${this.tool}: ${this.reason}`
  }
}

const timeoutMs = 30_000
const outputBytesMax = 16 * 1024 ** 2

/** Runs one of the host's small programs to its end and gives its output. Interruption ends it. */
export const runTool = (tool: string, args: ReadonlyArray<string>): Effect.Effect<string, ToolFailed> =>
  Effect.callback((resume) => {
    const failed = (reason: string) => resume(Effect.fail(new ToolFailed({ tool, reason })))
    try {
      const child = execFile(tool, args, { timeout: timeoutMs, killSignal: "SIGKILL", maxBuffer: outputBytesMax }, (error, stdout, stderr) => {
        if (error === null) return resume(Effect.succeed(stdout))
        const [line = ""] = stderr.split("\n")
        failed(line === "" ? error.message : line)
      })
      return Effect.sync(() => child.kill("SIGKILL"))
    } catch (error) {
      // Arguments too long, or with a NUL in them, are thrown.
      failed(error instanceof Error ? error.message : String(error))
      return undefined
    }
  })
