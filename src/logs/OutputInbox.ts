import * as Effect from "effect/Effect"
import type { OutputChunk } from "./OutputChunk.ts"

const waitingBytesMax = 512 * 1024

/**
 * Gathers what is read from a process until it is taken, in the order in which it came. Whoever waits is woken once
 * per turn of the event loop, so that many small writes are one batch.
 */
export class OutputInbox {
  private waiting: Array<OutputChunk> = []
  private waitingBytes = 0
  private ended = false
  private waking = false
  private awake: (() => void) | undefined
  private onRoom: Array<() => void> = []

  /** False: no more until `whenRoom` calls back. */
  add(chunk: OutputChunk): boolean {
    this.waiting.push(chunk)
    this.waitingBytes += chunk.bytes.length
    this.wake()
    return this.waitingBytes < waitingBytesMax
  }

  whenRoom(callback: () => void) {
    this.onRoom.push(callback)
  }

  end() {
    this.ended = true
    this.wake()
  }

  /** What has come since the last time; waits for more when there is nothing. Empty: the end. */
  readonly take: Effect.Effect<ReadonlyArray<OutputChunk>> = Effect.suspend(() => {
    if (this.waiting.length === 0 && !this.ended) return Effect.flatMap(this.arrived, () => this.take)
    return Effect.succeed(this.takeNow())
  })

  takeNow(): ReadonlyArray<OutputChunk> {
    const batch = this.waiting
    this.waiting = []
    this.waitingBytes = 0
    const callbacks = this.onRoom
    this.onRoom = []
    for (const callback of callbacks) callback()
    return batch
  }

  private readonly arrived = Effect.callback<void>((resume) => {
    this.awake = () => resume(Effect.void)
    // What came between the look and this has woken nobody.
    if (this.waiting.length > 0 || this.ended) this.wake()
  })

  private wake() {
    if (this.awake === undefined || this.waking) return
    this.waking = true
    setImmediate(() => {
      this.waking = false
      const awake = this.awake
      this.awake = undefined
      awake?.()
    })
  }
}
