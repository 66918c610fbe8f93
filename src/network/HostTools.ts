import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as ResidentShell from "./ResidentShell.ts"
import { runTool, ToolFailed, type ToolOptions, type ToolResult } from "./runTool.ts"

/** Runs programs of the host. All that the network room does to the machine but writing files passes here. */
export class HostTools extends Context.Service<HostTools, {
  run(
    command: string,
    args: ReadonlyArray<string>,
    options: Pick<ToolOptions, "deadline" | "stdin"> & { readonly env?: Readonly<Record<string, string>> }
  ): Effect.Effect<ToolResult, ToolFailed>
  /** Fails also if the program's exit code isn't 0. For small programs: they have ten seconds. */
  check(command: string, args: ReadonlyArray<string>, stdin?: string): Effect.Effect<ToolResult, ToolFailed>
  /** A shell that stays as long as the scope, for small jobs that are done often. */
  resident(functions: string): Effect.Effect<ResidentShell.ResidentShell, never, Scope.Scope>
}>()("gantry/network/HostTools") {
  /** `path` is searched before the system's directories; `nft` may be there. */
  static readonly layer = (path: ReadonlyArray<string>) => {
    const system = (process.env["PATH"] ?? "").split(":")
    const searched = [...path, ...system, "/usr/sbin", "/usr/bin", "/sbin", "/bin"].filter((entry) => entry !== "")
    const PATH = [...new Set(searched)].join(":")

    const run: HostTools["Service"]["run"] = (command, args, { env, ...options }) =>
      runTool(command, args, { ...options, env: { PATH, ...env } })

    const check: HostTools["Service"]["check"] = Effect.fnUntraced(function*(command, args, stdin = "") {
      const result = yield* run(command, args, { deadline: "10 seconds", stdin })
      if (result.exitCode === 0) return result
      const message = `${command} ${args.join(" ")}: ${result.stderr.trim() || `exit code ${result.exitCode}`}`
      return yield* new ToolFailed({ command, message })
    })
    return Layer.succeed(this, HostTools.of({
      run,
      check,
      resident: (functions) => ResidentShell.make(functions, { PATH })
    }))
  }
}
