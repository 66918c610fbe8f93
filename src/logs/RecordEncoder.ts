import { characterBoundary, escapeLog, escapeText } from "./escapeLog.ts"
import type { OutputChunk } from "./OutputChunk.ts"
import { RecordClock } from "./RecordClock.ts"

const newline = 10
const lineBytesMax = 16_384
const nothing = Buffer.alloc(0)

/**
 * Output as the records of a json-file log: one object a line, in Docker's order and with Docker's escapes. A line of
 * more than 16 KiB becomes several records that carry the time of the first; only the last one has the newline.
 */
export class RecordEncoder {
  private readonly clock = new RecordClock()
  private readonly stdout: OpenLine
  private readonly stderr: OpenLine

  constructor(attrs: Readonly<Record<string, string>>) {
    this.stdout = new OpenLine("stdout", attrs)
    this.stderr = new OpenLine("stderr", attrs)
  }

  /** The records that a batch completes, as text; what has no newline yet is held back. */
  encode(batch: ReadonlyArray<OutputChunk>, now: bigint): string {
    this.clock.advance(now)
    let text = ""
    for (const { stream, bytes } of batch) {
      text += this.append(stream === "stdout" ? this.stdout : this.stderr, asBuffer(bytes))
    }
    return text
  }

  /** What is left of lines that never got their newline. */
  finish(now: bigint): string {
    this.clock.advance(now)
    let text = ""
    for (const line of [this.stdout, this.stderr]) {
      if (line.held.length > 0) text += this.part(line, line.held)
      line.held = nothing
      line.time = undefined
    }
    return text
  }

  private append(line: OpenLine, bytes: Buffer): string {
    const data = line.held.length === 0 ? bytes : Buffer.concat([line.held, bytes])
    let text = ""
    let from = 0
    while (from < data.length) {
      // The last newline within reach: up to there all lines are whole and none is too long.
      const end = data.lastIndexOf(newline, from + lineBytesMax - 1) + 1
      if (end > from) {
        const whole = this.wholeLinesEnd(data, end)
        text += this.lines(line, data.subarray(from, whole))
        from = whole
      } else if (data.length - from >= lineBytesMax) {
        const cut = characterBoundary(data, from + lineBytesMax)
        text += this.part(line, data.subarray(from, cut))
        from = cut
      } else {
        break
      }
    }
    // A copy, so that a short rest does not keep a large chunk alive.
    line.held = from === data.length ? nothing : Buffer.from(data.subarray(from))
    return text
  }

  /** Goes on to the end of the last line before the first one that is too long: long runs are encoded at once. */
  private wholeLinesEnd(data: Buffer, end: number): number {
    let whole = end
    while (whole < data.length) {
      const next = data.lastIndexOf(newline, whole + lineBytesMax - 1) + 1
      if (next <= whole) break
      whole = next
    }
    return whole
  }

  /** `bytes` ends with a newline. */
  private lines(line: OpenLine, bytes: Buffer): string {
    const escaped = escapeLog(bytes)
    const { suffix } = line
    let text = ""
    let from = 0
    for (let end = escaped.indexOf("\n"); end >= 0; end = escaped.indexOf("\n", from)) {
      const time = line.time ?? this.clock.next()
      line.time = undefined
      text += `{"log":"${escaped.slice(from, end)}\\n${suffix}${time}"}\n`
      from = end + 1
    }
    return text
  }

  /** `bytes` holds no newline. */
  private part(line: OpenLine, bytes: Buffer): string {
    line.time ??= this.clock.next()
    return `{"log":"${escapeLog(bytes)}${line.suffix}${line.time}"}\n`
  }
}

/** The line of a stream that has yet to end. */
class OpenLine {
  held: Buffer = nothing
  /** Of the line's first part, once one was written. */
  time: string | undefined
  readonly suffix: string

  constructor(stream: OutputChunk["stream"], attrs: Readonly<Record<string, string>>) {
    this.suffix = `","stream":"${stream}",${encodeAttrs(attrs)}"time":"`
  }
}

const encodeAttrs = (attrs: Readonly<Record<string, string>>): string => {
  const members = Object.keys(attrs).sort().map((key) => `${quote(key)}:${quote(attrs[key] ?? "")}`)
  return members.length === 0 ? "" : `"attrs":{${members.join(",")}},`
}

const quote = (text: string) => `"${escapeText(text).replaceAll("\n", "\\n")}"`

const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
