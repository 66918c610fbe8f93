import { type DescMessage, fromBinary, type MessageInitShape, type MessageShape, create } from "@bufbuild/protobuf"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { Streaming, StreamInitSchema } from "./generated/streaming_pb.ts"
import { DataSchema, WindowUpdateSchema } from "./generated/transfer_types_pb.ts"
import { type AnyInit, packMessage } from "./packAny.ts"
import { tarEnd } from "./tarEnd.ts"

/** What containerd reads at once. */
const frameBytesMax = 32 * 1024

/**
 * A stream that a transfer refers to by `id`. It lives as long as its scope; `closed` tells when the peer has
 * ended it, after `onMessage` saw its last message.
 */
export interface TransferStream {
  readonly id: string
  send(message: AnyInit): Effect.Effect<void, ContainerdError>
  /** No more will be sent. */
  readonly end: Effect.Effect<void>
  readonly closed: Effect.Effect<void>
}

/** Opens a stream and reads it to its end: a message that is not read would hold the transfer back. */
export const open = Effect.fn("TransferStream.open")(
  function*<E = never, R = never>(
    id: string,
    onMessage: (message: AnyInit, stream: TransferStream) => Effect.Effect<void, ContainerdError | E, R>
  ): Effect.fn.Return<TransferStream, ContainerdError, Containerd | Scope.Scope | R> {
    const containerd = yield* Containerd
    const duplex = yield* containerd.duplex(Streaming.method.stream, { held: true })
    const accepted = yield* Deferred.make<void, ContainerdError>()
    const closed = yield* Latch.make()
    const stream: TransferStream = { id, send: (message) => duplex.send(message), end: duplex.end, closed: closed.await }

    let first = true
    yield* Stream.runForEach(duplex.received, (message) => {
      // The first answer says only that the stream is registered.
      if (first) {
        first = false
        return Deferred.succeed(accepted, undefined)
      }
      return onMessage(message, stream)
    }).pipe(
      Effect.tapError((error) =>
        isContainerdError(error) ? Deferred.fail(accepted, error) : Effect.void),
      // A stream breaks when its transfer does; the transfer says why.
      Effect.ignore,
      Effect.ensuring(closed.open),
      Effect.forkScoped
    )
    yield* duplex.send(packMessage(StreamInitSchema, create(StreamInitSchema, { id })))
    yield* Deferred.await(accepted)
    return stream
  }
)

const isContainerdError = (error: unknown): error is ContainerdError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "ContainerdError"

/**
 * Sends bytes as the transfer takes them: never more than it granted. The outer effect is done when the stream
 * may be referred to; the inner one sends, and is done when all is sent.
 */
export const sendBytes = Effect.fn("TransferStream.sendBytes")(
  function*<E, R>(
    id: string,
    bytes: Stream.Stream<Uint8Array, E, R>
  ): Effect.fn.Return<Effect.Effect<void, ContainerdError | E, R>, ContainerdError, Containerd | Scope.Scope> {
    const granted = yield* Latch.make()
    let window = 0
    const stream = yield* open(id, (message) =>
      Effect.suspend(() => {
        window += unpackAs(WindowUpdateSchema, message)?.update ?? 0
        return window > 0 ? Effect.asVoid(granted.open) : Effect.void
      }))

    const sendChunk = Effect.fnUntraced(function*(chunk: Uint8Array) {
      let at = 0
      while (at < chunk.length) {
        if (window <= 0) {
          yield* granted.close
          yield* Effect.raceFirst(granted.await, stream.closed)
          // Who ended the stream took all it wanted, or failed and says so itself.
          if (window <= 0) return
        }
        const data = chunk.subarray(at, at + Math.min(window, frameBytesMax))
        window -= data.length
        at += data.length
        yield* stream.send(packMessage(DataSchema, create(DataSchema, { data })))
      }
    })
    return Effect.andThen(Stream.runForEach(bytes, sendChunk), stream.end)
  }
)

/**
 * Takes the tar archive that a transfer sends. The inner effect is done when its last part has come: containerd leaves
 * the stream open behind it, so the archive itself has to tell its end.
 */
export const receiveArchive = Effect.fn("TransferStream.receiveArchive")(
  function*<R>(
    id: string,
    onBytes: (bytes: Uint8Array) => Effect.Effect<void, never, R>
  ): Effect.fn.Return<Effect.Effect<void>, ContainerdError, Containerd | Scope.Scope | R> {
    const grant = (update: number) => pack(WindowUpdateSchema, { update })
    const whole = yield* Latch.make()
    const ended = tarEnd()
    const stream = yield* open(id, Effect.fnUntraced(function*(message, stream) {
      const data = unpackAs(DataSchema, message)?.data
      if (data === undefined) return
      yield* onBytes(data)
      if (ended(data)) yield* whole.open
      yield* stream.send(grant(data.length))
    }))
    yield* stream.send(grant(2 * frameBytesMax))
    return Effect.raceFirst(whole.await, stream.closed)
  }
)

/** The message inside, if it is of this type. */
export const unpackAs = <D extends DescMessage>(schema: D, message: AnyInit): MessageShape<D> | undefined =>
  message.typeUrl.slice(message.typeUrl.lastIndexOf("/") + 1) === schema.typeName
    ? fromBinary(schema, message.value)
    : undefined

export const pack = <D extends DescMessage>(schema: D, init: MessageInitShape<D>): AnyInit =>
  packMessage(schema, create(schema, init))
