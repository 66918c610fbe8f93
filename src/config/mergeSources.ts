import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import { ConfigRejected } from "./ConfigRejected.ts"
import type { RawSettings, Source } from "./decodeSettings.ts"
import { goText } from "./goText.ts"
import { maskCredentials } from "./maskCredentials.ts"
import { type Setting, settingNames, settings } from "./settings.ts"
import { defaults, type SettingName, type Settings, type UserConfig } from "./UserConfig.ts"

/** Where a value comes from. `environment` is `DOCKER_MIN_API_VERSION` alone. */
export type Origin = "flag" | "file" | "environment" | "default"

/** All that was said, in one value; `origins` by key of `daemon.json`, and by `key.entry` where maps were joined. */
export interface Merged {
  readonly user: UserConfig
  readonly origins: Readonly<Record<string, Origin>>
  readonly warnings: ReadonlyArray<string>
}

const isMap = (value: Schema.Json | undefined): value is Readonly<Record<string, Schema.Json>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const shown = (key: string, value: Schema.Json): string =>
  key.startsWith("proxies") && typeof value === "string" ? maskCredentials(value) : goText(value)

const clash = (name: string, flag: Schema.Json, file: Schema.Json) =>
  `${name}: (from flag: ${shown(name, flag)}, from file: ${shown(name, file)})`

const clashesOf = ({ joins, key }: Setting, flags: RawSettings, file: RawSettings): ReadonlyArray<string> => {
  const flag = flags[key]
  const other = file[key]
  if (flag === undefined || other === undefined) return []
  if (joins === undefined || !isMap(flag) || !isMap(other)) return [clash(key, flag, other)]
  return Object.entries(flag).flatMap(([entry, value]) => {
    const twin = Object.hasOwn(other, entry) ? other[entry] : undefined
    return twin === undefined ? [] : [clash(`${key}.${entry}`, value, twin)]
  })
}

const originsOf = ({ joins, key }: Setting, flags: RawSettings, file: RawSettings): Record<string, Origin> => {
  const origins: Record<string, Origin> = {}
  for (const [raw, origin] of [[file, "file"], [flags, "flag"]] as const) {
    const value = raw[key]
    if (value === undefined) continue
    origins[key] = origin
    if (joins && isMap(value)) for (const entry of Object.keys(value)) origins[`${key}.${entry}`] = origin
  }
  origins[key] ??= "default"
  return origins
}

const joined = (flags: Settings, file: Settings): Settings => ({
  ...(flags.runtimes ?? file.runtimes ? { runtimes: { ...file.runtimes, ...flags.runtimes } } : {}),
  ...(flags.features ?? file.features ? { features: { ...file.features, ...flags.features } } : {}),
  ...(flags.proxies ?? file.proxies ? { proxies: { ...file.proxies, ...flags.proxies } } : {})
})

/** The one place where flags and file meet. Neither outdoes the other: what both say is refused. */
export const mergeSources = (
  flags: Source,
  file: Source,
  environment: { readonly minApiVersion?: string } = {}
): Result.Result<Merged, ConfigRejected> => {
  const clashes = settingNames.flatMap((name) => clashesOf(settings[name], flags.raw, file.raw)).toSorted()
  if (clashes.length > 0) {
    const what = "the following directives are specified both as a flag and in the configuration file"
    return Result.fail(
      new ConfigRejected({
        message: `${what}: ${clashes.join(", ")}`,
        keys: clashes.map((text) => text.slice(0, text.indexOf(":")))
      })
    )
  }
  const origins: Record<string, Origin> = {}
  for (const name of settingNames) Object.assign(origins, originsOf(settings[name], flags.raw, file.raw))
  if (environment.minApiVersion !== undefined && origins["min-api-version"] === "default") {
    origins["min-api-version"] = "environment"
  }
  const user: UserConfig = {
    ...defaults, ...environment, ...file.settings, ...flags.settings, ...joined(flags.settings, file.settings)
  }
  return Result.succeed({ user: freeze(user), origins, warnings: [...flags.warnings, ...file.warnings] })
}

const freeze = <A>(value: A): A => {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    for (const inner of Object.values(value)) freeze(inner)
    Object.freeze(value)
  }
  return value
}

/** The value of one setting, as text for a person; credentials masked. */
export const showSetting = (user: UserConfig, name: SettingName): string => {
  const value = user[name]
  if (value === undefined) return ""
  if (name === "proxies") {
    return JSON.stringify(
      Object.fromEntries(Object.entries(user.proxies).map(([proxy, address]) => [proxy, maskCredentials(address)]))
    )
  }
  return typeof value === "string" ? value : JSON.stringify(value)
}
