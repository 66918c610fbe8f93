import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { ConfigRejected } from "./ConfigRejected.ts"
import { decodeSettings, type Source } from "./decodeSettings.ts"
import { decodeText } from "./decodeText.ts"
import { duplicateKey } from "./duplicateKey.ts"

const invalid = (why: string, keys: ReadonlyArray<string> = []) =>
  new ConfigRejected({ message: `invalid JSON: ${why}`, keys })

const isObject = Schema.is(Schema.Record(Schema.String, Schema.Json))

/** What `daemon.json` says. A blank file says nothing, and is valid. */
export const decodeFile = (content: string | Uint8Array): Result.Result<Source, ConfigRejected> =>
  Result.gen(function*() {
    const text = typeof content === "string" ? content.replace(/^\uFEFF/, "") : yield* decodeText(content)
    if (text.trim() === "") return yield* decodeSettings({})
    const value: unknown = yield* Result.try({
      try: () => JSON.parse(text),
      catch: (cause) => invalid(cause instanceof Error ? cause.message : String(cause))
    })
    if (!isObject(value)) return yield* Result.fail(invalid("the file must hold one object"))
    const twice = duplicateKey(text)
    if (Option.isSome(twice)) return yield* Result.fail(invalid(`key "${twice.value}" stands twice`, [twice.value]))
    return yield* decodeSettings(value)
  })
