import * as Effect from "effect/Effect"
import { findProgram } from "../runtimes/findProgram.ts"
import { runProgram } from "../runtimes/runProgram.ts"

/** Where a program of the stack is, and what it calls its version. */
export const programVersion = Effect.fnUntraced(
  function*(program: string, searchPath: ReadonlyArray<string>, args: ReadonlyArray<string> = ["--version"]) {
    const path = yield* findProgram(program, searchPath)
    const text = yield* Effect.mapError(runProgram(path, args), ({ message }) => message)
    return { path, version: /(?:^|[^\d.])v?(\d+\.\d+[^\s,]*)/.exec(text)?.[1] ?? "unknown" }
  }
)
