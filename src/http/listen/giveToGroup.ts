import * as Effect from "effect/Effect"
import { chown, readFile } from "node:fs"

/** Gives a socket to a group by name. When there is no such group only its owner may use it, and a warning says so. */
export const giveToGroup = Effect.fnUntraced(function*(path: string, group: string) {
  const gid = yield* groupId(group)
  if (gid === undefined) return yield* Effect.logWarning(`group ${group} not found: ${path} is for its owner only`)
  const refused = yield* changeGroup(path, gid)
  if (refused !== undefined) yield* Effect.logWarning(`${path} cannot be given to group ${group}: ${refused}`)
})

const groupId = (group: string) =>
  Effect.callback<number | undefined>((resume) => {
    readFile("/etc/group", "utf8", (error, text) => {
      const line = error === null ? text.split("\n").find((line) => line.startsWith(`${group}:`)) : undefined
      const gid = /^\d+$/.test(group) ? group : line?.split(":")[2]
      resume(Effect.succeed(gid === undefined ? undefined : Number(gid)))
    })
  })

const changeGroup = (path: string, gid: number) =>
  Effect.callback<string | undefined>((resume) => {
    chown(path, process.getuid?.() ?? 0, gid, (error) => resume(Effect.succeed(error?.message)))
  })
