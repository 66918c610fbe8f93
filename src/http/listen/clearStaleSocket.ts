import * as Effect from "effect/Effect"
import { lstat, type Stats, unlink } from "node:fs"
import { connect } from "node:net"
import { ListenFailed } from "./ListenFailed.ts"

/**
 * Makes way for a socket: removes one that nobody listens on any more. A socket that is answered belongs to another
 * daemon; a symbolic link, or any other kind of file, is not ours to remove.
 */
export const clearStaleSocket = Effect.fnUntraced(function*(path: string) {
  const found = yield* look(path)
  if (found === undefined) return
  const refuse = (why: string) => new ListenFailed({ host: `unix://${path}`, message: `${path} ${why}` })
  if (found.isSymbolicLink()) return yield* refuse("is a symbolic link")
  if (!found.isSocket()) return yield* refuse("exists and is not a socket")
  if (yield* isAnswered(path)) return yield* refuse("is in use by another process")
  yield* remove(path)
})

const look = (path: string) =>
  Effect.callback<Stats | undefined, ListenFailed>((resume) => {
    lstat(path, (error, stats) => {
      if (error === null) resume(Effect.succeed(stats))
      else if (error.code === "ENOENT") resume(Effect.undefined)
      else resume(Effect.fail(new ListenFailed({ host: `unix://${path}`, message: error.message })))
    })
  })

const isAnswered = (path: string) =>
  Effect.callback<boolean>((resume) => {
    const socket = connect(path)
    const tell = (answered: boolean) => {
      socket.destroy()
      resume(Effect.succeed(answered))
    }
    socket.once("connect", () => tell(true))
    socket.once("error", () => tell(false))
    return Effect.sync(() => socket.destroy())
  })

const remove = (path: string) =>
  Effect.callback<void, ListenFailed>((resume) => {
    unlink(path, (error) =>
      resume(
        error === null || error.code === "ENOENT"
          ? Effect.void
          : Effect.fail(new ListenFailed({ host: `unix://${path}`, message: error.message }))
      ))
  })
