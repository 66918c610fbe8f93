import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { type LogAttributeOptions, tagFields } from "./LogAttributes.ts"

/** No such driver here; Docker's words. */
export class UnknownLogDriver extends Schema.TaggedError<UnknownLogDriver>()("UnknownLogDriver", {
  driver: Schema.String
}) {
  override get message() {
    return `logger: no log driver named '${this.driver}' is registered`
  }
}

/** A log option that is unknown or has a value that cannot be; the text is Docker's. */
export class InvalidLogOption extends Schema.TaggedError<InvalidLogOption>()("InvalidLogOption", {
  option: Schema.String,
  message: Schema.String
}) {}

/** A container's logging configuration, checked. */
export type LogSettings = { readonly driver: "none" } | JsonFileSettings

export interface JsonFileSettings {
  readonly driver: "json-file"
  /** A file that has reached it is rotated; absent: never. */
  readonly sizeMax: number | undefined
  readonly filesMax: number
  readonly compress: boolean
  /** Mode non-blocking: so many bytes may wait, and what comes then is left out. Absent: the process waits. */
  readonly waitingBytesMax: number | undefined
  readonly attributes: LogAttributeOptions
}

type Options = Readonly<Record<string, string>>

/** Checks a driver and its options as a create does. An empty driver is json-file. */
export const decode = Effect.fnUntraced(
  function*(driver: string, options: Options): Effect.fn.Return<LogSettings, UnknownLogDriver | InvalidLogOption> {
    if (driver === "none") return { driver }
    const waitingBytesMax = yield* decodeMode(options)
    if (driver !== "" && driver !== "json-file") return yield* new UnknownLogDriver({ driver })
    return yield* decodeJsonFile(options, waitingBytesMax)
  }
)

const jsonFileOptions = new Set([
  "max-file", "max-size", "compress", "labels", "labels-regex", "env", "env-regex", "tag", "mode", "max-buffer-size"
])

const invalid = (option: string, message: string) => new InvalidLogOption({ option, message })

const bufferBytes = 1024 * 1024

const decodeMode = Effect.fnUntraced(function*(options: Options) {
  const { mode = "", "max-buffer-size": bufferSize } = options
  if (!["", "blocking", "non-blocking"].includes(mode)) {
    return yield* invalid("mode", `logger: logging mode not supported: ${mode}`)
  }
  if (bufferSize === undefined) return mode === "non-blocking" ? bufferBytes : undefined
  if (mode !== "non-blocking") {
    return yield* invalid("max-buffer-size", "logger: max-buffer-size option is only supported with 'mode=non-blocking'")
  }
  const bytes = bytesOf(bufferSize, 1024)
  if (bytes === undefined) {
    return yield* invalid("max-buffer-size", `error parsing option max-buffer-size: invalid size: '${bufferSize}'`)
  }
  return bytes > 0 ? bytes : bufferBytes
})

const decodeJsonFile = Effect.fnUntraced(function*(options: Options, waitingBytesMax: number | undefined) {
  const unknown = Object.keys(options).find((option) => !jsonFileOptions.has(option))
  if (unknown !== undefined) return yield* invalid(unknown, `unknown log opt '${unknown}' for json-file log driver`)
  const sizeMax = yield* decodeSize(options["max-size"])
  const filesMax = yield* decodeFiles(options["max-file"])
  const compress = yield* decodeFlag("compress", options["compress"])
  if (compress && (filesMax === 1 || sizeMax === undefined)) {
    return yield* invalid("compress", "compress cannot be true when max-file is less than 2 or max-size is not set")
  }
  const tag = options["tag"] ?? ""
  if (tagFields(tag) === undefined) return yield* invalid("tag", `unsupported log tag '${tag}'`)
  const settings: JsonFileSettings = {
    driver: "json-file", sizeMax, filesMax, compress, waitingBytesMax,
    attributes: {
      labels: namesIn(options["labels"]),
      labelsPattern: yield* decodePattern("labels-regex", options["labels-regex"]),
      env: namesIn(options["env"]),
      envPattern: yield* decodePattern("env-regex", options["env-regex"]),
      tag
    }
  }
  return settings
})

const decodeSize = (text: string | undefined): Effect.Effect<number | undefined, InvalidLogOption> => {
  if (text === undefined || text === "-1") return Effect.undefined
  const bytes = bytesOf(text, 1000)
  if (bytes === undefined) return Effect.fail(invalid("max-size", `invalid size: '${text}'`))
  return bytes > 0 ? Effect.succeed(bytes) : Effect.fail(invalid("max-size", "max-size must be a positive number"))
}

const decodeFiles = (text: string | undefined): Effect.Effect<number, InvalidLogOption> => {
  if (text === undefined) return Effect.succeed(1)
  if (!/^[+-]?\d{1,9}$/.test(text)) {
    return Effect.fail(invalid("max-file", `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`))
  }
  const files = Number(text)
  return files < 1 ? Effect.fail(invalid("max-file", "max-file cannot be less than 1")) : Effect.succeed(files)
}

const decodeFlag = (option: string, text: string | undefined): Effect.Effect<boolean, InvalidLogOption> => {
  if (text === undefined) return Effect.succeed(false)
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return Effect.succeed(true)
  if (["0", "f", "F", "FALSE", "false", "False"].includes(text)) return Effect.succeed(false)
  return Effect.fail(invalid(option, `strconv.ParseBool: parsing ${JSON.stringify(text)}: invalid syntax`))
}

const decodePattern = (option: string, text: string | undefined): Effect.Effect<RegExp | undefined, InvalidLogOption> =>
  text === undefined || text === ""
    ? Effect.undefined
    : Effect.try({
      try: () => new RegExp(text, "u"),
      catch: () => invalid(option, `error parsing regexp: invalid expression: \`${text}\``)
    })

const namesIn = (text: string | undefined) => (text ?? "").split(",").map((name) => name.trim()).filter((name) => name !== "")

/** Docker's sizes: a number and a unit, as in `10m`, `1.5 GiB`, `512`. */
const bytesOf = (text: string, base: number): number | undefined => {
  const match = /^(-?\d+(?:\.\d+)?) ?([kmgtp])?(?:i?b)?$/i.exec(text)
  if (match === null) return undefined
  return Math.floor(Number(match[1]) * base ** ("kmgtp".indexOf((match[2] ?? "").toLowerCase() || " ") + 1))
}
