import { close, constants, open } from "node:fs"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { nodeCall } from "./nodeCall.ts"

/**
 * Opens a file or a named pipe; the number is not closed by anyone else. Always with O_NONBLOCK: one blocking open of
 * a pipe holds a thread of Node's pool, and four of them stop every file operation of the process.
 */
export const openFile = (path: string, flags: number, mode?: number): Effect.Effect<number, Error> =>
  Effect.flatMap(
    nodeCall<number>((done) => open(path, flags | constants.O_NONBLOCK, mode, done)),
    (fd) => fd === undefined ? Effect.die("open gave no descriptor") : Effect.succeed(fd)
  )

export const closeFile = (fd: number): Effect.Effect<void> => Effect.ignore(nodeCall((done) => close(fd, done)))

/** Open for as long as the scope. */
export const openFileScoped = (path: string, flags: number): Effect.Effect<number, Error, Scope.Scope> =>
  Effect.acquireRelease(openFile(path, flags), closeFile)
