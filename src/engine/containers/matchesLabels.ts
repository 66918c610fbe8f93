/** Whether all of `key` and `key=value` hold. */
export const matchesLabels = (
  wanted: ReadonlyArray<string>,
  labels: Readonly<Record<string, string>> | null
): boolean => wanted.every((value) => matchesLabel(value, labels ?? {}))

const matchesLabel = (wanted: string, labels: Readonly<Record<string, string>>): boolean => {
  const at = wanted.indexOf("=")
  const key = at < 0 ? wanted : wanted.slice(0, at)
  return Object.hasOwn(labels, key) && (at < 0 || labels[key] === wanted.slice(at + 1))
}
