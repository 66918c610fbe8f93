/** One entry of a tar archive. A plain file unless `type` says otherwise; the owner is root. */
export interface TarEntry {
  readonly path: string
  readonly type?: "file" | "directory" | "symlink" | "hardlink" | "fifo" | "character-device" | "block-device"
  readonly content?: string | Uint8Array
  /** Where a link leads. */
  readonly target?: string
  readonly mode?: number
  readonly uid?: number
  readonly gid?: number
  /** Seconds since 1970; 0 if not given, so that the same entries make the same digest. */
  readonly mtimeSeconds?: number
  readonly device?: readonly [major: number, minor: number]
}

const typeFlags = {
  file: "0",
  hardlink: "1",
  symlink: "2",
  "character-device": "3",
  "block-device": "4",
  directory: "5",
  fifo: "6"
}

/** ustar has 100 bytes for a name and 155 for what comes before one of its slashes. */
const splitPath = (path: string): readonly [prefix: string, name: string] => {
  if (Buffer.byteLength(path) <= 100) return ["", path]
  const slash = path.indexOf("/", path.length - 101)
  if (slash < 1 || slash > 155) throw new Error(`too long for a ustar header: ${path}`)
  return [path.slice(0, slash), path.slice(slash + 1)]
}

const header = (entry: TarEntry, size: number) => {
  const type = entry.type ?? "file"
  const block = Buffer.alloc(512)
  const octal = (value: number, offset: number, width: number) =>
    block.write(`${value.toString(8).padStart(width - 1, "0")}\0`, offset, "latin1")
  const [prefix, name] = splitPath(type === "directory" ? `${entry.path.replace(/\/$/, "")}/` : entry.path)
  block.write(name, 0)
  octal(entry.mode ?? (type === "directory" ? 0o755 : type === "symlink" ? 0o777 : 0o644), 100, 8)
  octal(entry.uid ?? 0, 108, 8)
  octal(entry.gid ?? 0, 116, 8)
  octal(size, 124, 12)
  octal(entry.mtimeSeconds ?? 0, 136, 12)
  block.write("        ", 148)
  block.write(typeFlags[type], 156)
  block.write(entry.target ?? "", 157)
  block.write("ustar\u000000", 257, "latin1")
  octal(entry.device?.[0] ?? 0, 329, 8)
  octal(entry.device?.[1] ?? 0, 337, 8)
  block.write(prefix, 345)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1")
  return block
}

/** A ustar archive of the entries, in their order. */
export const tar = (entries: ReadonlyArray<TarEntry>): Buffer =>
  Buffer.concat([
    ...entries.flatMap((entry) => {
      const content = Buffer.from(entry.content ?? "")
      return [header(entry, content.length), content, Buffer.alloc((512 - content.length % 512) % 512)]
    }),
    Buffer.alloc(1024)
  ])

const text = (block: Buffer, start: number, length: number) =>
  block.toString("utf8", start, start + length).replace(/\0.*$/s, "")

/** The plain entries of a tar archive: their paths, types, contents and modes. Long names (pax) are not understood. */
export const untar = (archive: Uint8Array): ReadonlyArray<Required<Pick<TarEntry, "path" | "mode" | "uid" | "gid">> & {
  readonly typeFlag: string
  readonly target: string
  readonly content: Buffer
}> => {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength)
  const entries = []
  for (let at = 0; at + 512 <= bytes.length && bytes[at] !== 0;) {
    const block = bytes.subarray(at, at + 512)
    const number = (start: number, length: number) => parseInt(text(block, start, length).trim() || "0", 8)
    const size = number(124, 12)
    const prefix = text(block, 345, 155)
    entries.push({
      path: prefix === "" ? text(block, 0, 100) : `${prefix}/${text(block, 0, 100)}`,
      mode: number(100, 8),
      uid: number(108, 8),
      gid: number(116, 8),
      typeFlag: text(block, 156, 1) || "0",
      target: text(block, 157, 100),
      content: bytes.subarray(at + 512, at + 512 + size)
    })
    at += 512 + Math.ceil(size / 512) * 512
  }
  return entries
}
