import { read } from "node:fs"
import { finished, Readable } from "node:stream"
import { createGunzip, type Gunzip } from "node:zlib"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { nodeCall } from "./nodeCall.ts"

const blockBytes = 256 * 1024

/** Bytes in blocks, asked for one by one; undefined at the end. An empty block: another file begins. */
export type BlockSource = Effect.Effect<Buffer | undefined, Error>

/** What is in a file at a place, at most a block; empty at its end. */
export const readBlock = (fd: number, position: number, end: number): Effect.Effect<Buffer, Error> =>
  Effect.suspend(() => {
    const block = Buffer.allocUnsafe(Math.min(blockBytes, end - position))
    return Effect.map(
      nodeCall<number>((done) => read(fd, block, 0, block.length, position, done)),
      (length) => block.subarray(0, length ?? 0)
    )
  })

/** A part of a file. */
export const fromFile = (fd: number, start: number, end: number): BlockSource => {
  let position = start
  return Effect.suspend(() =>
    position >= end ? Effect.undefined : Effect.map(readBlock(fd, position, end), (block) => {
      position += block.length
      return block.length === 0 ? undefined : block
    }))
}

/** A gzip file, unpacked as it is read, from a byte of what is in it. One that is cut off ends where it is. */
export const fromGzip = (fd: number, start: number): Effect.Effect<BlockSource, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const input = new DescriptorStream(fd)
        const output = createGunzip({ chunkSize: blockBytes })
        input.on("error", (error) => output.destroy(error))
        output.on("error", () => {})
        return { input, output: input.pipe(output) }
      }),
      ({ input, output }) => Effect.callback<void>((resume) => {
        output.destroy()
        if (input.closed) return resume(Effect.void)
        input.once("close", () => resume(Effect.void))
        input.destroy()
      })
    ),
    ({ output }) => skipping(start, nextOf(output))
  )

const nextOf = (output: Gunzip): BlockSource =>
  Effect.callback<Buffer | undefined>((resume) => {
    const answer = (block: Buffer | undefined) => {
      stop()
      resume(Effect.succeed(block))
    }
    const take = () => {
      const block: unknown = output.read()
      if (Buffer.isBuffer(block)) answer(block)
      else if (output.destroyed || output.readableEnded) answer(undefined)
    }
    const stopWatching = finished(output, () => answer(undefined))
    const stop = () => {
      output.off("readable", take)
      stopWatching()
    }
    output.on("readable", take)
    take()
    return Effect.sync(stop)
  })

const skipping = (start: number, source: BlockSource): BlockSource => {
  let left = start
  return Effect.gen(function*() {
    for (;;) {
      const block = yield* source
      if (block === undefined || block.length > left) {
        const rest = block?.subarray(left)
        left = 0
        return rest
      }
      left -= block.length
    }
  })
}

/** A file as Node's streams want it. Unlike fs.ReadStream it never closes the descriptor, which is another's. */
class DescriptorStream extends Readable {
  private readonly fd: number
  private position = 0
  private reading = false
  private onIdle = () => {}

  constructor(fd: number) {
    super({ highWaterMark: blockBytes })
    this.fd = fd
  }

  override _read() {
    const block = Buffer.allocUnsafe(blockBytes)
    this.reading = true
    read(this.fd, block, 0, block.length, this.position, (error, length) => {
      this.reading = false
      this.position += length
      if (error) this.destroy(error)
      else this.push(length === 0 ? null : block.subarray(0, length))
      this.onIdle()
    })
  }

  // Closed only when no read is under way: its descriptor may be closed right after.
  override _destroy(error: Error | null, done: (error?: Error | null) => void) {
    if (this.reading) this.onIdle = () => done(error)
    else done(error)
  }
}
