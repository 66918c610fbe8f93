/**
 * A copy without those of the named fields that are empty in Go's sense: `omitempty` of Docker's structures. The
 * order of fields stays.
 */
export const omitEmpty = <A extends object>(value: A, names: ReadonlySet<string>): Partial<A> => {
  const kept: Partial<A> = {}
  for (const name in value) {
    if (!names.has(name) || !isEmpty(value[name])) kept[name] = value[name]
  }
  return kept
}

const isEmpty = (value: unknown): boolean => {
  if (value === null || value === undefined || value === "" || value === 0 || value === false) return true
  return typeof value === "object" && Object.keys(value).length === 0
}
