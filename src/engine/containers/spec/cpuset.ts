/** Above any machine's; a longer list is not looked at. */
const numberMax = 8191

/** Why a list of CPUs or memory nodes (`0-2,5`) is refused: malformed, or not all there. */
export const refuseCpuset = (field: "cpus" | "mems", asked: string, available: string): string | undefined => {
  const wanted = parseSet(asked)
  if (wanted === undefined) return `Invalid value ${asked} for cpuset ${field}: invalid format: ${asked}`
  const there = new Set(parseSet(available) ?? [])
  if (available === "" || wanted.every((number) => there.has(number))) return undefined
  return field === "cpus"
    ? `Requested CPUs are not available - requested ${asked}, available: ${available}`
    : `Requested memory nodes are not available - requested ${asked}, available: ${available}`
}

const parseSet = (text: string): ReadonlyArray<number> | undefined => {
  const numbers: Array<number> = []
  for (const part of text === "" ? [] : text.split(",")) {
    const [, first, last = first] = /^(\d{1,4})(?:-(\d{1,4}))?$/.exec(part.trim()) ?? []
    const from = Number(first)
    const to = Number(last)
    if (first === undefined || from > to || to > numberMax) return undefined
    for (let number = from; number <= to; number++) numbers.push(number)
  }
  return numbers
}
