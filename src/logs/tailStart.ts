import * as Effect from "effect/Effect"
import { type BlockSource, readBlock } from "./BlockSource.ts"

const newline = 10
const openBrace = 0x7b
const stepBytes = 64 * 1024
const recordBytesMax = 8 * 1024 * 1024
const nothing = Buffer.alloc(0)

/** Whether a line is a record of a wanted stream. Quotes within the text are escaped, so that this finds the member. */
export const wantedRecord = (stdout: boolean, stderr: boolean) => {
  const member = stdout && stderr ? undefined : `"stream":"${stdout ? "stdout" : "stderr"}"`
  return (line: Buffer): boolean => line[0] === openBrace && (member === undefined || line.includes(member))
}

/** Where the last `count` wanted records of a file begin, and how many there are if it has fewer. Reads backwards. */
export const tailStart = Effect.fnUntraced(function*(
  fd: number,
  size: number,
  count: number,
  wanted: (line: Buffer) => boolean
) {
  let found = 0
  let start = size
  if (count <= 0) return { start, found }
  // From here to the last newline that was seen stands a line whose beginning is yet to be read.
  let pending: Buffer | undefined
  for (let position = size; position > 0;) {
    const from = Math.max(0, position - stepBytes)
    const block = yield* readBlock(fd, from, position)
    if (block.length < position - from) return { start: 0, found }
    const region: Buffer = pending === undefined ? block : Buffer.concat([block, pending])
    let end = pending === undefined ? region.lastIndexOf(newline) : region.length
    while (end >= 0) {
      const begin = end === 0 ? 0 : region.lastIndexOf(newline, end - 1) + 1
      if (begin === 0 && from > 0) break
      if (wanted(region.subarray(begin, end))) {
        start = from + begin
        if (++found === count) return { start, found }
      }
      end = begin - 1
    }
    // What is longer than any record is garbage, and need not be kept.
    if (end >= 0) pending = end > recordBytesMax ? nothing : region.subarray(0, end)
    position = from
  }
  return { start, found }
})

/** The same for what can only be read forwards. */
export const tailStartForward = Effect.fnUntraced(function*(
  source: BlockSource,
  count: number,
  wanted: (line: Buffer) => boolean
) {
  const starts: Array<number> = []
  let found = 0
  let lineStart = 0
  let rest: Buffer = nothing
  for (let block = yield* source; block !== undefined && count > 0; block = yield* source) {
    const region = rest.length === 0 ? block : Buffer.concat([rest, block])
    let begin = 0
    for (let end = region.indexOf(newline); end >= 0; end = region.indexOf(newline, begin)) {
      if (wanted(region.subarray(begin, end))) starts[found++ % count] = lineStart + begin
      begin = end + 1
    }
    lineStart += begin
    rest = region.subarray(begin)
  }
  return found < count ? { start: 0, found } : { start: starts[found % count] ?? 0, found: count }
})
