/** What a container's files may hold: beyond it they are an attack on the reader (CVE-2026-47262). */
const lineCharsMax = 16_384
export const idMax = 2 ** 31 - 1

export interface PasswdEntry {
  readonly name: string
  readonly uid: number
  readonly gid: number
  readonly home: string
}

export interface GroupEntry {
  readonly name: string
  readonly gid: number
  readonly members: ReadonlyArray<string>
}

/** The entries of an `/etc/passwd`. Malformed lines and ids out of range are left out, never read as 0. */
export function* parsePasswd(text: string): Iterable<PasswdEntry> {
  for (const [name = "", , uidText = "", gidText = "", , home = ""] of records(text)) {
    const uid = parseId(uidText)
    const gid = parseId(gidText)
    if (name !== "" && uid !== undefined && gid !== undefined) yield { name, uid, gid, home }
  }
}

/** The entries of an `/etc/group`, by the same rules. */
export function* parseGroup(text: string): Iterable<GroupEntry> {
  for (const [name = "", , gidText = "", members = ""] of records(text)) {
    const gid = parseId(gidText)
    if (name !== "" && gid !== undefined) yield { name, gid, members: members.split(",").filter((member) => member !== "") }
  }
}

/** A decimal id; `undefined` if it is none, or one that would overflow into another. */
export const parseId = (text: string): number | undefined => {
  const id = /^[0-9]{1,10}$/.test(text) ? Number(text) : undefined
  return id === undefined || id > idMax ? undefined : id
}

function* records(text: string): Iterable<ReadonlyArray<string>> {
  let start = 0
  while (start < text.length) {
    const newline = text.indexOf("\n", start)
    const end = newline < 0 ? text.length : newline
    if (end - start <= lineCharsMax) {
      const line = text.slice(start, end).trim()
      if (line !== "" && !line.startsWith("#")) yield line.split(":").map((field) => field.trim())
    }
    start = end + 1
  }
}
