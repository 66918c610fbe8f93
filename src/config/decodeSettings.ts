import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { ConfigRejected } from "./ConfigRejected.ts"
import { ignoredKeys, refusedKeys } from "./foreignKeys.ts"
import { nearestName } from "./nearestName.ts"
import { settingNames, settings } from "./settings.ts"
import { sizeBytes } from "./sizeBytes.ts"
import { Settings } from "./UserConfig.ts"

/** Values under the names that `daemon.json` gives them. */
export type RawSettings = Readonly<Record<string, Schema.Json>>

/** What one source says, with what its author should know. */
export interface Source {
  readonly settings: Settings
  readonly raw: RawSettings
  readonly warnings: ReadonlyArray<string>
}

const nameOfKey = new Map(settingNames.map((name) => [settings[name].key, name]))
const former: Readonly<Record<string, string>> = { "host-gateway-ip": "host-gateway-ips" }
const knownKeys = [...nameOfKey.keys(), ...Object.keys(former), ...Object.keys(ignoredKeys), ...Object.keys(refusedKeys)]

/** Docker's words, and the names that were probably meant. */
const unknownKeys = (keys: ReadonlyArray<string>) => {
  const meant = keys.flatMap((key) => nearestName(key, knownKeys) ?? [])
  const hint = meant.length > 0 ? ` (did you mean ${meant.join(", ")}?)` : ""
  return new ConfigRejected({
    message: `the following directives don't match any configuration option: ${keys.join(", ")}${hint}`,
    keys
  })
}

const withoutNulls = (value: Schema.Json): Schema.Json => {
  if (Array.isArray(value)) return value
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, inner]) => inner === null ? [] : [[name, withoutNulls(inner)]])
  )
}

const modern = (raw: RawSettings): Result.Result<RawSettings, ConfigRejected> => {
  const { "host-gateway-ip": gateway, ...rest } = raw
  if (gateway === undefined) return Result.succeed(raw)
  if (rest["host-gateway-ips"] !== undefined) {
    return Result.fail(
      new ConfigRejected({
        message: "host-gateway-ip and host-gateway-ips are the same option: keep host-gateway-ips",
        keys: ["host-gateway-ip", "host-gateway-ips"]
      })
    )
  }
  return Result.succeed({ ...rest, "host-gateway-ips": Array.isArray(gateway) ? gateway : [gateway] })
}

const shmSize = (value: Schema.Json): Result.Result<Schema.Json, ConfigRejected> => {
  if (typeof value !== "string") return Result.succeed(value)
  return Option.match(sizeBytes(value), {
    onNone: () => Result.fail(new ConfigRejected({ message: `invalid size: '${value}'`, keys: ["default-shm-size"] })),
    onSome: (bytes) => Result.succeed(bytes)
  })
}

const excess = "unknown"
const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => issue._tag === "UnexpectedKey" ? excess : SchemaIssue.defaultLeafHook(issue)
})

const explain = (issue: SchemaIssue.Issue): ConfigRejected => {
  const problems = format(issue).issues.map(({ message, path = [] }) => {
    const [name, ...inner] = path.map((part) => String(typeof part === "object" ? part.key : part))
    const key = settingNames.flatMap((known) => known === name ? settings[known].key : []).at(0) ?? ""
    return { key, path: [key, ...inner].join("."), message }
  })
  const unknown = problems.filter(({ message }) => message === excess).map(({ path }) => path)
  if (unknown.length > 0) return unknownKeys(unknown)
  return new ConfigRejected({
    message: `invalid JSON: ${problems.map(({ message, path }) => `${path}: ${message}`).join("; ")}`,
    keys: problems.map(({ key }) => key)
  })
}

const decode = Schema.decodeUnknownResult(Settings, { errors: "all", onExcessProperty: "error" })

/** What a file, or all flags together, say; `null` says nothing. Each key is known, or the whole is refused. */
export const decodeSettings = (given: RawSettings): Result.Result<Source, ConfigRejected> =>
  Result.gen(function*() {
    const said = Object.fromEntries(
      Object.entries(given).flatMap(([key, value]) => value === null ? [] : [[key, withoutNulls(value)]])
    )
    const unknown = Object.keys(given).filter((key) => !knownKeys.includes(key))
    if (unknown.length > 0) return yield* Result.fail(unknownKeys(unknown.toSorted()))
    for (const [key, why] of Object.entries(refusedKeys)) {
      const value = said[key]
      const off = value === undefined || value === false || value === "" || (Array.isArray(value) && value.length === 0)
      if (!off) return yield* Result.fail(new ConfigRejected({ message: `${key}: ${why}`, keys: [key] }))
    }
    const raw = yield* modern(said)
    const named: Record<string, Schema.Json> = {}
    for (const [key, name] of nameOfKey) {
      const value = raw[key]
      if (value !== undefined) named[name] = name === "defaultShmSizeBytes" ? yield* shmSize(value) : value
    }
    const settled = yield* Result.mapError(decode(named), (error) => explain(error.issue))
    const warnings = Object.entries(ignoredKeys).flatMap(([key, why]) =>
      said[key] === undefined ? [] : [`"${key}" has no effect: ${why}`]
    )
    return { settings: settled, raw, warnings }
  })
