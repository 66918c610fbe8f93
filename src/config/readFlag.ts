import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { ConfigRejected } from "./ConfigRejected.ts"
import type { FlagForm } from "./settings.ts"

type Read = Result.Result<Schema.Json, ConfigRejected>

const cut = (text: string, at: string): readonly [string, string | undefined] => {
  const index = text.indexOf(at)
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + at.length)]
}

/** Docker reads switches with Go's `ParseBool`. */
const truths: Readonly<Record<string, boolean>> = {
  "1": true, t: true, T: true, true: true, TRUE: true, True: true,
  "0": false, f: false, F: false, false: false, FALSE: false, False: false
}

const integer = (text: string) => /^[+-]?\d{1,15}$/.test(text) ? Number(text) : undefined

/** One word of a flag that may be given several times, as one entry of a map. */
const entryReaders: {
  readonly [Form in FlagForm]?: (word: string) => readonly [string, Schema.Json] | string
} = {
  pairs: (word) => {
    const [name, value = ""] = cut(word, "=")
    return [name, value]
  },
  runtimes: (word) => {
    const [name, path] = cut(word, "=")
    if (path === undefined || path.trim() === "" || name.trim() === "") return `invalid runtime argument: ${word}`
    return [name.trim().toLowerCase(), { path: path.trim() }]
  },
  ulimits: (word) => {
    const [name, limits] = cut(word, "=")
    const [soft, hard = soft] = cut(limits ?? "", ":")
    const [Soft, Hard] = [integer(soft), integer(hard)]
    if (Soft === undefined || Hard === undefined) return `invalid ulimit argument: ${word}`
    if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
      return `ulimit soft limit must be less than or equal to hard limit: ${soft} > ${hard}`
    }
    return [name, { Name: name, Hard, Soft }]
  },
  features: (word) => {
    const [name, value = "true"] = cut(word, "=")
    const on = truths[value]
    return on === undefined ? `invalid value for feature ${name}: ${value}` : [name, on]
  }
}

const refused = (message: string) => Result.fail(new ConfigRejected({ message, keys: [] }))

const entries = (words: ReadonlyArray<string>, read: (word: string) => readonly [string, Schema.Json] | string, once: boolean): Read => {
  const map = new Map<string, Schema.Json>()
  for (const word of words) {
    const entry = read(word)
    if (typeof entry === "string") return refused(entry)
    if (once && map.has(entry[0])) return refused(`runtime '${entry[0]}' was already defined`)
    map.set(...entry)
  }
  return Result.succeed(Object.fromEntries(map))
}

const pools = (words: ReadonlyArray<string>): Read => {
  const all: Array<Schema.Json> = []
  for (const word of words) {
    const fields = Object.fromEntries(word.split(",").map((part) => cut(part, "=")))
    const size = integer(fields["size"] ?? "")
    if (fields["base"] === undefined || size === undefined) return refused(`invalid default address pool: ${word}`)
    all.push({ base: fields["base"], size })
  }
  return Result.succeed(all)
}

const networkOpts = (words: ReadonlyArray<string>): Read => {
  const drivers: Record<string, Record<string, Schema.Json>> = {}
  for (const word of words) {
    const [driver, option] = cut(word, "=")
    const [name, value] = cut(option ?? "", "=")
    if (value === undefined) return refused(`invalid key value pair format in default network options: ${word}`)
    drivers[driver] = { ...drivers[driver], [name]: value }
  }
  return Result.succeed(drivers)
}

/** What `daemon.json` would hold if it said what these words of one flag say. */
export const readFlag = (flag: string, form: FlagForm, words: ReadonlyArray<string>): Read => {
  const last = words.at(-1) ?? ""
  const invalid = (why: string) => refused(`invalid argument "${last}" for "--${flag}" flag: ${why}`)
  const entry = entryReaders[form]
  if (entry !== undefined) return entries(words, entry, form === "runtimes")
  if (form === "texts") return Result.succeed(words)
  if (form === "pools") return pools(words)
  if (form === "networkOpts") return networkOpts(words)
  if (form === "integer") {
    const value = integer(last)
    return value === undefined ? invalid("a whole number is needed") : Result.succeed(value)
  }
  if (form === "switch") {
    const value = truths[last]
    return value === undefined ? invalid("true or false is needed") : Result.succeed(value)
  }
  return Result.succeed(last)
}
