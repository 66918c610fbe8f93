import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import * as Result from "effect/Result"
import { access, constants } from "node:fs/promises"

/** Why `path` can't be executed, in the words of Go's `exec.LookPath`; nothing if it can. */
export const notExecutable = Effect.fnUntraced(function*(path: string) {
  const fs = yield* FileSystem.FileSystem
  const stat = yield* Effect.result(fs.stat(path))
  if (Result.isFailure(stat)) return `exec: "${path}": stat ${path}: no such file or directory`
  if (stat.success.type === "Directory") return `exec: "${path}": is a directory`
  const denied = yield* Effect.isFailure(Effect.tryPromise(() => access(path, constants.X_OK)))
  return denied ? `exec: "${path}": permission denied` : undefined
})

/**
 * The absolute path of a program: one with a slash as it stands, another from the first of `directories` that has it.
 * Fails with Go's text, which is what Docker's clients know.
 */
export const findProgram = Effect.fn("Runtimes.findProgram")(
  function*(program: string, directories: ReadonlyArray<string>) {
    const path = yield* Path.Path
    if (program.includes("/")) return path.resolve(program)
    for (const directory of directories) {
      const candidate = path.resolve(directory, program)
      if ((yield* notExecutable(candidate)) === undefined) return candidate
    }
    return yield* Effect.fail(`exec: "${program}": executable file not found in $PATH`)
  }
)
