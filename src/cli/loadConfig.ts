import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { checkApiVersion } from "../config/checkApiVersion.ts"
import { checkConfig } from "../config/checkConfig.ts"
import { ConfigRejected, prefixed } from "../config/ConfigRejected.ts"
import { decodeFile } from "../config/decodeFile.ts"
import type { Source } from "../config/decodeSettings.ts"
import { type Merged, mergeSources } from "../config/mergeSources.ts"
import { readConfigFile } from "./readConfigFile.ts"

/** What was given on the command line, and the file that completes it. */
export interface ConfigOrigin {
  readonly flags: Source
  readonly file: string
  /** Named by `--config-file`: then it must exist. */
  readonly explicit: boolean
}

const nothing: Source = { settings: {}, raw: {}, warnings: [] }

const environment = (): Result.Result<{ readonly minApiVersion?: string }, ConfigRejected> => {
  const minApiVersion = process.env["DOCKER_MIN_API_VERSION"] ?? ""
  if (minApiVersion === "") return Result.succeed({})
  const wrong = checkApiVersion(minApiVersion)
  return wrong === undefined
    ? Result.succeed({ minApiVersion })
    : Result.fail(new ConfigRejected({ message: `invalid DOCKER_MIN_API_VERSION: ${wrong}`, keys: ["min-api-version"] }))
}

/** The file's part; the last one that was good, so that a file cut to nothing is told from one that never said anything. */
const fileSource = Effect.fnUntraced(function*({ explicit, file }: ConfigOrigin, last: Source | undefined) {
  const bytes = yield* readConfigFile(file)
  if (Option.isNone(bytes)) {
    if (explicit) return yield* new ConfigRejected({ message: `open ${file}: no such file or directory`, keys: [] })
    return { source: nothing, exists: false }
  }
  const source = yield* Effect.fromResult(decodeFile(bytes.value))
  const emptied = bytes.value.length === 0 && last !== undefined && Object.keys(last.raw).length > 0
  if (emptied) return yield* new ConfigRejected({ message: "the file has become empty: write {} if that is meant", keys: [] })
  return { source, exists: true }
})

/** Flags and file read, merged and checked: everything but what depends on this machine. */
export const loadConfig = Effect.fn("Config.load")(function*(origin: ConfigOrigin, last?: Source) {
  const inFile = prefixed(`unable to configure the Docker daemon with file ${origin.file}`)
  const merging = prefixed("merged configuration validation from file and command line flags failed")
  const { exists, source } = yield* Effect.mapError(fileSource(origin, last), inFile)
  const merged: Merged = yield* Effect.fromResult(environment()).pipe(
    Effect.flatMap((environment) => Effect.fromResult(mergeSources(origin.flags, source, environment))),
    Effect.mapError((error) => exists ? inFile(error) : error)
  )
  yield* Effect.mapError(
    Effect.fromResult(checkConfig(merged.user)),
    (error) => exists ? inFile(merging(error)) : error
  )
  return { ...merged, file: source }
})
