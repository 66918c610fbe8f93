import * as Result from "effect/Result"

/** Go's `path.Match`: `*` and `?` stop at a slash, `[a-z]` and `[^a-z]`, a backslash takes the next as it is. */
export const matchesGlob = (pattern: string, text: string): boolean => {
  const source = toSource(pattern)
  // A range such as [z-a] is no expression.
  const expression = source === undefined ? Result.fail(undefined) : Result.try(() => new RegExp(`^${source}$`, "s"))
  return Result.isSuccess(expression) && expression.success.test(text)
}

const toSource = (pattern: string): string | undefined => {
  let source = ""
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern.charAt(at)
    if (character === "*") source += "[^/]*"
    else if (character === "?") source += "[^/]"
    else if (character === "\\") source += escaped(pattern.charAt(++at))
    else if (character === "[") {
      const end = pattern.indexOf("]", at + 2)
      if (end < 0) return undefined
      const members = pattern.slice(at + 1, end)
      const negated = members.startsWith("^")
      source += `[${negated ? "^" : ""}${members.slice(negated ? 1 : 0).replace(/[\\^\][]/g, "\\$&")}]`
      at = end
    } else source += escaped(character)
  }
  // `**` would make a backtracking matcher slow, and means no more than `*`.
  return source.replaceAll(/(?:\[\^\/\]\*)+/g, "[^/]*")
}

const escaped = (character: string) => character.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")
