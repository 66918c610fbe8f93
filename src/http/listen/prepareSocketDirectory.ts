import * as Effect from "effect/Effect"
import { mkdir, stat, type Stats } from "node:fs"
import { dirname } from "node:path"
import { ListenFailed } from "./ListenFailed.ts"

const directoryMode = 0o755
const [writableByAll, sticky] = [0o002, 0o1000]

/**
 * Makes a socket's directory if it is not there. Where everybody may write, anybody could put a socket of theirs in
 * place of ours; that is refused, unless the directory lets owners alone remove what is in it.
 */
export const prepareSocketDirectory = Effect.fnUntraced(function*(path: string) {
  const directory = dirname(path)
  yield* call<string | undefined>(path, (done) => mkdir(directory, { recursive: true, mode: directoryMode }, done))
  const { mode } = yield* call<Stats>(path, (done) => stat(directory, done))
  if ((mode & writableByAll) !== 0 && (mode & sticky) === 0) {
    return yield* new ListenFailed({ host: `unix://${path}`, message: `${directory} is writable by everybody` })
  }
})

const call = <A>(path: string, run: (done: (error: NodeJS.ErrnoException | null, value: A) => void) => void) =>
  Effect.callback<A, ListenFailed>((resume) =>
    run((error, value) =>
      resume(error === null ? Effect.succeed(value) : Effect.fail(new ListenFailed({ host: `unix://${path}`, message: error.message })))))
