import { createReadStream, read } from "node:fs"
import { finished } from "node:stream"
import { createGunzip } from "node:zlib"
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
        const input = createReadStream("", { fd, autoClose: false, start: 0, highWaterMark: blockBytes })
        const output = createGunzip({ chunkSize: blockBytes })
        input.on("error", (error) => output.destroy(error))
        output.on("error", () => {})
        return { input, output: input.pipe(output) }
      }),
      // The descriptor is closed after this: no read may be under way any more.
      ({ input, output }) => Effect.callback<void>((resume) => {
        output.destroy()
        if (input.closed) return resume(Effect.void)
        input.once("close", () => resume(Effect.void))
        input.destroy()
      })
    ),
    ({ output }) => skipping(start, Effect.callback<Buffer | undefined>((resume) => {
      const take = () => {
        const block: unknown = output.read()
        if (Buffer.isBuffer(block)) resume(Effect.succeed(block))
        else if (output.destroyed || output.readableEnded) resume(Effect.undefined)
      }
      output.on("readable", take)
      const stopWatching = finished(output, () => resume(Effect.undefined))
      take()
      return Effect.sync(() => {
        output.off("readable", take)
        stopWatching()
      })
    }))
  )

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
