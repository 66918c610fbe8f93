import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** An argument holds a NUL, which no program can be given. */
export class UnwritableArgument extends Schema.TaggedError<UnwritableArgument>()("UnwritableArgument", {
  argument: Schema.String
}) {
  override get message() {
    return `runtime argument ${JSON.stringify(this.argument)} holds a NUL character`
  }
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/**
 * A script that becomes the program `words[0]` with the other words before its own arguments. The shell takes nothing
 * in single quotes for its own, newlines included.
 */
export const wrapperContent = (words: ReadonlyArray<string>): Result.Result<string, UnwritableArgument> => {
  const bad = words.find((word) => word.includes("\0"))
  return bad === undefined
    ? Result.succeed(`#!/bin/sh\nexec ${words.map(quoted).join(" ")} "$@"\n`)
    : Result.fail(new UnwritableArgument({ argument: bad }))
}
