/**
 * The one place where grpc-js is spoken to: its callbacks and stream events become effects here.
 */
import { type DescMessage, type DescMethod, fromBinary, type MessageShape, toBinary } from "@bufbuild/protobuf"
import { Client, type ClientReadableStream, connectivityState, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { ContainerdError, type ContainerdReason } from "./ContainerdError.ts"
import { operationOf } from "./operationOf.ts"
import { type Messages, type RpcHeaders, RpcTransport } from "./RpcTransport.ts"

const messageBytesMax = 16 * 1024 * 1024

/** One connection to the containerd that listens at `address`, an absolute path. It comes back by itself. */
export const layer = (address: string): Layer.Layer<RpcTransport> =>
  Layer.effect(
    RpcTransport,
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() =>
          new Client(`unix://${address}`, credentials.createInsecure(), {
            "grpc.max_send_message_length": messageBytesMax,
            "grpc.max_receive_message_length": messageBytesMax,
            "grpc.initial_reconnect_backoff_ms": 25,
            "grpc.max_reconnect_backoff_ms": 400,
            // A call is sent once: whether to repeat one that may have been done is for its caller to decide.
            "grpc.enable_retries": 0,
            // Subscribed to for days on end, or not used for as long: in both cases the next call wants it warm.
            "grpc.client_idle_timeout_ms": 2_147_483_647
          })
        ),
        (client) => Effect.sync(() => client.close())
      ),
      (client) => fromClient(address, client)
    )
  )

const fromClient = (address: string, client: Client): RpcTransport["Service"] => ({
  address,
  connected: Effect.sync(() => client.getChannel().getConnectivityState(true) === connectivityState.READY),

  unary: (method, request, headers) =>
    Effect.callback((resume) => {
      const call = client.makeUnaryRequest(
        pathOf(method),
        encode(method.input),
        decode(method.output),
        request,
        metadataOf(headers),
        (error, reply) =>
          resume(reply === undefined ? Effect.fail(translate(method, error)) : Effect.succeed(reply))
      )
      return Effect.sync(() => call.cancel())
    }),

  serverStream: (method, request, headers) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() =>
          client.makeServerStreamRequest(pathOf(method), encode(method.input), decode(method.output), request, metadataOf(headers))
        ),
        cancel
      ),
      (call) => receive<typeof method.output>(method, call)
    ),

  duplex: (method, headers) =>
    Effect.map(
      Effect.acquireRelease(
        Effect.sync(() =>
          client.makeBidiStreamRequest(pathOf(method), encode(method.input), decode(method.output), metadataOf(headers))
        ),
        cancel
      ),
      (call) => ({
        send: (message) =>
          Effect.callback((resume) => {
            // A call that containerd ended tells nothing to a write that is under way.
            const ended = (error: ServiceError) => resume(Effect.fail(translate(method, error)))
            call.once("error", ended)
            call.write(message, (error: Error | null | undefined) => {
              call.off("error", ended)
              resume(error ? Effect.fail(lost(method, error.message)) : Effect.void)
            })
            return Effect.sync(() => call.off("error", ended))
          }),
        end: Effect.sync(() => {
          call.end()
        }),
        receive: receive<typeof method.output>(method, call)
      })
    )
})

const pathOf = (method: DescMethod) => `/${method.parent.typeName}/${method.name}`

const encode = <D extends DescMessage>(schema: D) => (message: MessageShape<D>): Buffer => {
  const bytes = toBinary(schema, message)
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

const decode = <D extends DescMessage>(schema: D) => (bytes: Buffer): MessageShape<D> => fromBinary(schema, bytes)

const metadataOf = (headers: RpcHeaders): Metadata => {
  const metadata = new Metadata({ waitForReady: true })
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value)
  return metadata
}

const cancel = (call: { cancel(): void }) => Effect.sync(() => call.cancel())

/** Takes messages only when they are asked for, so that a slow reader holds containerd back instead of filling memory. */
const receive = <O extends DescMessage>(method: DescMethod, call: ClientReadableStream<MessageShape<O>>): Messages<O> => {
  let over: Effect.Effect<never, ContainerdError | Cause.Done> | undefined
  let wake = () => {}
  call.on("readable", () => wake())
  call.on("end", () => {
    over ??= Cause.done()
    wake()
  })
  call.on("error", (error: ServiceError) => {
    over ??= Effect.fail(translate(method, error))
    wake()
  })
  const take = (): MessageShape<O> | null => call.read()

  return Effect.callback((resume) => {
    const tell = () => {
      const first = take()
      if (first === null) {
        if (over !== undefined) resume(over)
        return
      }
      const messages: [MessageShape<O>, ...Array<MessageShape<O>>] = [first]
      for (let next = take(); next !== null; next = take()) messages.push(next)
      wake = () => {}
      resume(Effect.succeed(messages))
    }
    wake = tell
    tell()
    return Effect.sync(() => {
      wake = () => {}
    })
  })
}

const lost = (method: DescMethod, message: string) =>
  new ContainerdError({ method: operationOf(method), reason: "Unavailable", message })

const translate = (method: DescMethod, error: ServiceError | null): ContainerdError =>
  error === null
    ? new ContainerdError({ method: operationOf(method), reason: "Internal", message: "empty reply" })
    : new ContainerdError({
      method: operationOf(method),
      reason: reasons[error.code] ?? "Unknown",
      // containerd 1.7 appends the name of the status.
      message: error.details.replace(/: unknown$/, "")
    })

const reasons: { readonly [Code in status]?: ContainerdReason } = {
  [status.NOT_FOUND]: "NotFound",
  [status.ALREADY_EXISTS]: "AlreadyExists",
  [status.FAILED_PRECONDITION]: "FailedPrecondition",
  [status.INVALID_ARGUMENT]: "InvalidArgument",
  [status.PERMISSION_DENIED]: "PermissionDenied",
  [status.RESOURCE_EXHAUSTED]: "ResourceExhausted",
  [status.OUT_OF_RANGE]: "OutOfRange",
  [status.ABORTED]: "Aborted",
  [status.INTERNAL]: "Internal",
  [status.UNAVAILABLE]: "Unavailable",
  [status.DEADLINE_EXCEEDED]: "DeadlineExceeded",
  [status.CANCELLED]: "Cancelled",
  [status.UNIMPLEMENTED]: "Unimplemented"
}
