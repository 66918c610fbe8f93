import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Containerd } from "./Containerd.ts"
import { ContainerdError } from "./ContainerdError.ts"
import { Content, WriteAction } from "./generated/content_pb.ts"

export interface BlobInfo {
  readonly digest: string
  readonly size: number
  readonly labels: Readonly<Record<string, string>>
}

export interface BlobWrite {
  /** Names the write while it goes on. */
  readonly ref: string
  /** Keeps the blob until something refers to it. */
  readonly lease: string
  readonly labels: Readonly<Record<string, string>>
}

const partBytesMax = 1024 * 1024

/** Manifests and configurations; a larger one is nobody's honest image. */
export const metadataBytesMax = 4 * 1024 * 1024

/** Reads a whole blob that must not be larger than `metadataBytesMax`. RPC: 1. */
export const read = Effect.fn("Blob.read")(
  function*(digest: string): Effect.fn.Return<Uint8Array, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const parts: Array<Uint8Array> = []
    let length = 0
    yield* Stream.runForEach(containerd.serverStream(Content.method.read, { digest }), ({ data }) => {
      length += data.length
      if (length > metadataBytesMax) return Effect.fail(tooLarge(digest))
      parts.push(data)
      return Effect.void
    })
    return joined(parts, length)
  }
)

/** All blobs in our namespace. RPC: 1. */
export const list = Effect.fn("Blob.list")(
  function*(): Effect.fn.Return<ReadonlyArray<BlobInfo>, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const replies = yield* Stream.runCollect(containerd.serverStream(Content.method.list, {}, { timeout: "30 seconds" }))
    return replies.flatMap(({ info }) =>
      info.map(({ digest, labels, size }) => ({ digest, labels, size: Number(size) })))
  }
)

/** Writes a blob, named by what comes out. One that is there already is a success as well. RPC: 1. */
export const write = Effect.fn("Blob.write")(
  function*<E, R>(
    bytes: Stream.Stream<Uint8Array, E, R>,
    { labels, lease, ref }: BlobWrite
  ): Effect.fn.Return<{ readonly digest: string; readonly size: number }, ContainerdError | E, Containerd | Scope.Scope | R> {
    const containerd = yield* Containerd
    const call = yield* containerd.duplex(Content.method.write, { lease })
    const reply = (action: WriteAction) =>
      call.received.pipe(
        Stream.filter((message) => message.action === action),
        Stream.runHead,
        Effect.flatMap(Effect.fromOption),
        Effect.catchTag("NoSuchElementError", () => Effect.fail(cut(ref)))
      )

    const hash = createHash("sha256")
    let offset = 0
    const writePart = Effect.fnUntraced(function*(data: Uint8Array) {
      yield* call.send({ action: WriteAction.WRITE, ref, offset: BigInt(offset), data })
      offset += data.length
      hash.update(data)
      // One part under way at a time: containerd's answers say how far it is.
      yield* reply(WriteAction.WRITE)
    })
    yield* Stream.runForEach(bytes, (chunk) =>
      Effect.forEach(partsOf(chunk), writePart, { discard: true }))
    const digest = `sha256:${hash.digest("hex")}`
    yield* call.send({
      action: WriteAction.COMMIT,
      ref,
      offset: BigInt(offset),
      total: BigInt(offset),
      expected: digest,
      labels: { ...labels }
    })
    yield* Effect.catchIf(reply(WriteAction.COMMIT), existsAlready, () => Effect.void)
    yield* call.end
    return { digest, size: offset }
  },
  Effect.scoped
)

const existsAlready = (error: unknown): boolean =>
  error instanceof ContainerdError && error.reason === "AlreadyExists"

/** The writes that were begun and not committed, by `ref`. RPC: 1. */
export const ingests: Effect.Effect<ReadonlyArray<string>, ContainerdError, Containerd> = Effect.gen(function*() {
  const containerd = yield* Containerd
  const { statuses } = yield* containerd.unary(Content.method.listStatuses, {})
  return statuses.map(({ ref }) => ref)
})

/** Sets labels on a blob. RPC: 1. */
export const label = Effect.fn("Blob.label")(
  function*(digest: string, labels: Readonly<Record<string, string>>): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Content.method.update, {
      info: { digest, labels: { ...labels } },
      updateMask: { paths: Object.keys(labels).map((key) => `labels.${key}`) }
    })
  }
)

const partsOf = (chunk: Uint8Array): ReadonlyArray<Uint8Array> => {
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < chunk.length; at += partBytesMax) parts.push(chunk.subarray(at, at + partBytesMax))
  return parts
}

const joined = (parts: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const tooLarge = (digest: string) =>
  new ContainerdError({
    method: "Content/Read",
    reason: "ResourceExhausted",
    message: `${digest} is larger than the ${metadataBytesMax} bytes that image metadata may take`
  })

const cut = (ref: string) =>
  new ContainerdError({ method: "Content/Write", reason: "Internal", message: `the write of ${ref} ended without an answer` })
