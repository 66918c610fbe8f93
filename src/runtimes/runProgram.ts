import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { execFile } from "node:child_process"

export class ProgramFailed extends Schema.TaggedError<ProgramFailed>()("ProgramFailed", {
  program: Schema.String,
  /** Absent if it was killed, or never ran. */
  exitCode: Schema.optionalKey(Schema.Int),
  output: Schema.String
}) {
  override get message() {
    const how = this.exitCode === undefined ? "did not run to its end" : `ended with ${this.exitCode}`
    return `${this.program} ${how}: ${this.output}`
  }
}

const outputBytesMax = 1024 * 1024

/** What a program that answers at once prints on stdout. It gets five seconds, then SIGKILL. */
export const runProgram = (program: string, args: ReadonlyArray<string>): Effect.Effect<string, ProgramFailed> =>
  Effect.callback<string, ProgramFailed>((resume) => {
    const options = { timeout: 5_000, killSignal: "SIGKILL", maxBuffer: outputBytesMax } as const
    const child = execFile(program, args, options, (error, stdout, stderr) => {
      if (error === null) return resume(Effect.succeed(stdout))
      const output = (stderr || stdout || error.message).trim().slice(0, 4096)
      const exit = typeof error.code === "number" ? { exitCode: error.code } : {}
      resume(Effect.fail(new ProgramFailed({ program, output, ...exit })))
    })
    return Effect.sync(() => child.kill("SIGKILL"))
  })
