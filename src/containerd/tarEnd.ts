const blockBytes = 512

/** Watches a tar archive go by, in parts of any size; true from the two empty blocks on that end it. */
export const tarEnd = (): (part: Uint8Array) => boolean => {
  const header = new Uint8Array(blockBytes)
  let filled = 0
  let skip = 0
  let empty = 0
  return (part) => {
    let at = 0
    while (at < part.length && empty < 2) {
      if (skip > 0) {
        const passed = Math.min(skip, part.length - at)
        skip -= passed
        at += passed
        continue
      }
      const taken = Math.min(blockBytes - filled, part.length - at)
      header.set(part.subarray(at, at + taken), filled)
      filled += taken
      at += taken
      if (filled < blockBytes) break
      filled = 0
      empty = header.every((byte) => byte === 0) ? empty + 1 : 0
      skip = empty > 0 ? 0 : Math.ceil(sizeIn(header) / blockBytes) * blockBytes
    }
    return empty === 2
  }
}

/** Octal digits, or for what is larger than eleven of them can say, binary with the first bit set. */
const sizeIn = (header: Uint8Array): number => {
  const field = header.subarray(124, 136)
  if (((field[0] ?? 0) & 0x80) !== 0) return field.subarray(1).reduce((size, byte) => size * 256 + byte, 0)
  return Number.parseInt(new TextDecoder().decode(field), 8) || 0
}
