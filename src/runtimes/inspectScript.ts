import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import { constants } from "node:fs"
import { open } from "node:fs/promises"

/** Longer than any script: argument lists end at 128 KiB a word and 2 MiB in all. */
const scriptBytesMax = 4 * 1024 * 1024

/** An answer of the file system's that says what the file is, as opposed to that it could not be asked. */
const verdicts: Readonly<Record<string, "absent" | "a symbolic link">> = {
  ENOENT: "absent",
  ENOTDIR: "absent",
  ELOOP: "a symbolic link"
}

const verdictOf = (error: unknown) =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? verdicts[error.code] : undefined

/**
 * What is wrong with the script at `path`; `absent` if there is none, nothing if it can be executed as it is. Follows no
 * link, and judges the open file: what is judged is what was read.
 */
export const inspectScript = Effect.fnUntraced(
  function*(path: string, expected: { readonly digest: string; readonly owner: number }) {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const file = yield* Effect.acquireRelease(
      Effect.tryPromise({ try: () => open(path, flags), catch: (error) => error }),
      (file) => Effect.promise(() => file.close())
    )
    const stat = yield* Effect.tryPromise({ try: () => file.stat(), catch: (error) => error })
    if (!stat.isFile()) return "not a regular file"
    if (stat.uid !== expected.owner) return `owned by user ${stat.uid}`
    if ((stat.mode & 0o7777) !== 0o500) return `of mode 0${(stat.mode & 0o7777).toString(8)}`
    if (stat.nlink !== 1) return `linked ${stat.nlink} times`
    if (stat.size > scriptBytesMax) return "changed"
    const bytes = yield* Effect.tryPromise({ try: () => file.readFile(), catch: (error) => error })
    const digest = yield* Effect.flatMap(Digest.Digest, (digests) => digests.digestHex(Digest.sha256, bytes))
    return digest === expected.digest ? undefined : "changed"
  },
  Effect.scoped,
  Effect.catch((error) => {
    const verdict = verdictOf(error)
    return verdict === undefined ? Effect.fail(error) : Effect.succeed(verdict)
  })
)
