import * as Timestamp from "../model/Timestamp.ts"

const nanosPerSecond = 1_000_000_000

/**
 * Time stamps for records, each later than the one before, so that a reader who asks for all since the last one it saw
 * gets each record once. A clock that was set back is followed.
 */
export class RecordClock {
  // Two numbers: the nanoseconds since 1970 do not fit into one, and bigints are slow for a stamp on each line.
  private seconds = 0
  private nanos = -1
  private prefix = ""

  advance(now: bigint) {
    const seconds = Number(now / 1_000_000_000n)
    const nanos = Number(now % 1_000_000_000n)
    const behind = (this.seconds - seconds) * nanosPerSecond + this.nanos - nanos
    if (behind >= 0 && behind < nanosPerSecond) return
    this.set(seconds, nanos - 1)
  }

  next(): string {
    if (this.nanos + 1 >= nanosPerSecond) this.set(this.seconds + 1, -1)
    this.nanos++
    return `${this.prefix}${Timestamp.formatFraction(this.nanos)}Z`
  }

  private set(seconds: number, nanos: number) {
    if (seconds !== this.seconds || this.prefix === "") this.prefix = Timestamp.formatSeconds(seconds)
    this.seconds = seconds
    this.nanos = nanos
  }
}
