/** Whether `80`, `80/udp` or `8000-8100/tcp` is, or overlaps with, one of `ports` in the same notation. */
export const matchesPort = (wanted: string, ports: ReadonlyArray<string>): boolean => {
  const want = parse(wanted)
  return want !== undefined && ports.some((port) => {
    const range = parse(port)
    return range !== undefined && range.protocol === want.protocol && range.first <= want.last && want.first <= range.last
  })
}

const parse = (text: string) => {
  const match = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/([a-z]+))?$/.exec(text)
  if (match === null) return undefined
  return { first: Number(match[1]), last: Number(match[2] ?? match[1]), protocol: match[3] ?? "tcp" }
}
