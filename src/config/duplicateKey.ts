import * as Option from "effect/Option"

/** The path of the first key that stands twice in one object of `json`, which must be valid JSON. */
export const duplicateKey = (json: string): Option.Option<string> => {
  const open: Array<{ readonly keys: Set<string>; last: string }> = []
  // Strings whole, so that braces inside them don't count; a string before a colon is a key.
  for (const [token, key] of json.matchAll(/("(?:[^"\\]|\\.)*")(?=\s*:)|"(?:[^"\\]|\\.)*"|[{}[\]]/gs)) {
    const top = open.at(-1)
    if (token === "{" || token === "[") open.push({ keys: new Set(), last: "" })
    else if (token === "}" || token === "]") open.pop()
    else if (key !== undefined && top !== undefined) {
      top.last = String(JSON.parse(key))
      if (top.keys.has(top.last)) return Option.some(open.map(({ last }) => last).filter((part) => part !== "").join("."))
      top.keys.add(top.last)
    }
  }
  return Option.none()
}
