import type { MountRequest } from "../../../model/HostConfig.ts"

/** Words of which the last one given holds. */
const opposites: ReadonlyArray<ReadonlyArray<string>> = [
  ["ro", "rw"], ["exec", "noexec"], ["suid", "nosuid"], ["dev", "nodev"], ["sync", "async"], ["atime", "noatime"],
  ["diratime", "nodiratime"], ["relatime", "norelatime"], ["strictatime", "nostrictatime"], ["mand", "nomand"],
  ["bind", "nobind"], ["private", "rprivate", "shared", "rshared", "slave", "rslave", "unbindable", "runbindable"]
]

const words = new Set([...opposites.flat(), "defaults", "dirsync", "remount", "rbind", "norbind"])

const valued = ["size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol", "huge"]

/** Why the text of `--tmpfs path:options` is refused. */
export const refuseTmpfsOptions = (options: string): string | undefined => {
  const unknown = split(options).find((option) => !words.has(option) && !valued.some((name) => option.startsWith(`${name}=`)))
  return unknown === undefined ? undefined : `invalid tmpfs option ${JSON.stringify(unknown)}`
}

/** Options of a tmpfs: Docker's defaults, overruled by what was asked. */
export const tmpfsOptions = (asked: string): ReadonlyArray<string> => {
  const merged = new Map<string, string>()
  for (const option of ["noexec", "nosuid", "nodev", "rprivate", ...split(asked)]) {
    const key = keyOf(option)
    merged.delete(key)
    merged.set(key, option)
  }
  merged.delete("defaults")
  return [...merged.values()]
}

const split = (options: string): ReadonlyArray<string> => options.split(",").filter((option) => option !== "")

const keyOf = (option: string): string =>
  opposites.find((group) => group.includes(option))?.[0] ?? (option.includes("=") ? option.slice(0, option.indexOf("=")) : option)

/** The same text for an entry of `Mounts` of type tmpfs. */
export const tmpfsRequestOptions = ({ ReadOnly, TmpfsOptions }: MountRequest): string =>
  [
    ...(ReadOnly ? ["ro"] : []),
    ...(TmpfsOptions === null || TmpfsOptions.Mode === 0 ? [] : [`mode=${TmpfsOptions.Mode.toString(8)}`]),
    ...(TmpfsOptions === null || TmpfsOptions.SizeBytes === 0 ? [] : [`size=${TmpfsOptions.SizeBytes}`]),
    ...(TmpfsOptions?.Options ?? []).map((pair) => pair.join("="))
  ].join(",")

/** Why the options of such an entry are refused: the API takes these two flags and no more. */
export const refuseTmpfsRequest = ({ TmpfsOptions }: MountRequest): string | undefined => {
  for (const pair of TmpfsOptions?.Options ?? []) {
    const [name = "", value] = pair
    if (pair.length < 1 || pair.length > 2) return "invalid option array length"
    if (name !== "exec" && name !== "noexec") return "invalid option: " + name
    if (value !== undefined) return "unexpected option value: " + value
  }
  return undefined
}
