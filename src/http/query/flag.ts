const falseTexts = new Set(["", "0", "no", "false", "none"])

/** A boolean of the query as Docker reads it: absent and a few words are false, all else is true. */
export const flag = (query: URLSearchParams, name: string): boolean =>
  !falseTexts.has((query.get(name) ?? "").trim().toLowerCase())

/** As `flag`, for what is true unless said otherwise. */
export const flagOr = (query: URLSearchParams, name: string, absent: boolean): boolean =>
  query.has(name) ? flag(query, name) : absent
