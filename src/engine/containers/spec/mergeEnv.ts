/**
 * Docker's merge of environments: an entry of `over` replaces the one of its name where that stands, a new one goes to
 * the end, and a bare name removes the variable.
 */
export const mergeEnv = (base: ReadonlyArray<string>, over: ReadonlyArray<string>): ReadonlyArray<string> => {
  const merged = new Map(base.map((entry) => [nameOf(entry), entry]))
  for (const entry of over) {
    if (entry.includes("=")) merged.set(nameOf(entry), entry)
    else merged.delete(entry)
  }
  return [...merged.values()]
}

const nameOf = (entry: string): string => entry.slice(0, entry.includes("=") ? entry.indexOf("=") : undefined)
