import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type GroupEntry, idMax, parseGroup, parsePasswd } from "../../../host/passwd.ts"
import type { OciUser } from "./OciSpec.ts"

/** The user or group that a process should run as cannot be found. `message` is Docker's. */
export class UnknownUser extends Schema.TaggedError<UnknownUser>()("UnknownUser", { message: Schema.String }) {}

/** Text of a container's `/etc/passwd` and `/etc/group`; empty where it has none. */
export interface UserFiles {
  readonly passwd: string
  readonly group: string
}

/**
 * Who `user`, `uid`, `user:group` or `uid:gid` is; empty is root. A number need not be in the files, a name must.
 * Groups of which the user is a member count unless one was named; those of `groupAdd` always do. The additional groups
 * hold the first group too (CVE-2022-36109).
 */
export const resolveUser = Effect.fnUntraced(function*(
  spec: string,
  groupAdd: ReadonlyArray<string> | null,
  files: UserFiles
): Effect.fn.Return<OciUser, UnknownUser> {
  const colon = spec.indexOf(":")
  const userPart = colon < 0 ? spec : spec.slice(0, colon)
  const groupPart = colon < 0 ? "" : spec.slice(colon + 1)
  const user = yield* findUser(userPart, files.passwd)
  const groups = [...parseGroup(files.group)]
  const gid = groupPart === "" ? user.gid : yield* findGroup(groupPart, groups)
  const member = groupPart === "" && user.name !== undefined ? groupsOf(user.name, groups) : []
  const added = yield* Effect.forEach(groupAdd ?? [], (group) => findGroup(group, groups))
  return { uid: user.uid, gid, additionalGids: [...new Set([gid, ...member, ...added])] }
})

const outOfRange = new UnknownUser({ message: `uids and gids must be in range 0-${idMax}` })

/** As Go's `strconv.Atoi`: what it reads as a number is never looked up as a name. */
const asNumber = (text: string): number | undefined => /^[+-]?[0-9]+$/.test(text) ? Number(text) : undefined

const inRange = (id: number): Effect.Effect<number, UnknownUser> =>
  id >= 0 && id <= idMax ? Effect.succeed(id) : Effect.fail(outOfRange)

const findUser = Effect.fnUntraced(function*(text: string, passwd: string) {
  const number = text === "" ? 0 : asNumber(text)
  for (const { gid, name, uid } of parsePasswd(passwd)) {
    if (number === undefined ? name === text : uid === number) return { uid, gid, name }
  }
  if (number === undefined) {
    return yield* new UnknownUser({ message: `unable to find user ${text}: no matching entries in passwd file` })
  }
  return { uid: yield* inRange(number), gid: 0, name: undefined }
})

const findGroup = (text: string, groups: ReadonlyArray<GroupEntry>): Effect.Effect<number, UnknownUser> => {
  const number = asNumber(text)
  const found = groups.find(({ gid, name }) => number === undefined ? name === text : gid === number)
  if (found !== undefined) return Effect.succeed(found.gid)
  return number === undefined
    ? Effect.fail(new UnknownUser({ message: `unable to find group ${text}: no matching entries in group file` }))
    : inRange(number)
}

const groupsOf = (name: string, groups: ReadonlyArray<GroupEntry>): ReadonlyArray<number> =>
  groups.filter(({ members }) => members.includes(name)).map(({ gid }) => gid)
