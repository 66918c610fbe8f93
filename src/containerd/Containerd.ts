import {
  create,
  type DescMessage,
  type DescMethodBiDiStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  type MessageInitShape,
  type MessageShape
} from "@bufbuild/protobuf"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Metric from "effect/Metric"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ContainerdError } from "./ContainerdError.ts"
import * as GrpcTransport from "./GrpcTransport.ts"
import { operationOf } from "./operationOf.ts"
import { RpcFault } from "./RpcFault.ts"
import { note, RpcMeter } from "./RpcMeter.ts"
import { RpcTransport } from "./RpcTransport.ts"

export interface CallOptions {
  /** How long to wait for the reply or, in a stream, for the next message. `Duration.infinity` for ever. */
  readonly timeout?: Duration.Input
  /** What the call makes is kept from the garbage collector by this lease. */
  readonly lease?: string
  /** The call stays open until something happens: it has no deadline and is counted apart. */
  readonly held?: boolean
}

/** Messages both ways, in one call that lives as long as its scope. */
export interface Duplex<I extends DescMessage, O extends DescMessage> {
  send(message: MessageInitShape<I>): Effect.Effect<void, ContainerdError>
  readonly end: Effect.Effect<void>
  readonly received: Stream.Stream<MessageShape<O>, ContainerdError>
}

/**
 * A containerd, in one of its namespaces. Methods are named by their descriptors, as in
 * `containerd.unary(Tasks.method.kill, { containerId, signal })`. Every call passes here, is counted on the
 * `RpcMeter` in force, has a deadline and a span, and fails with nothing but `ContainerdError`.
 */
export class Containerd extends Context.Service<Containerd, {
  readonly address: string
  readonly namespace: string
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions
  ): Effect.Effect<MessageShape<O>, ContainerdError>
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageInitShape<I>,
    options?: CallOptions
  ): Stream.Stream<MessageShape<O>, ContainerdError>
  duplex<I extends DescMessage, O extends DescMessage>(
    method: DescMethodBiDiStreaming<I, O>,
    options?: CallOptions
  ): Effect.Effect<Duplex<I, O>, ContainerdError, Scope.Scope>
}>()("gantry/containerd/Containerd") {
  /** Over whatever transport is there; the fake brings its own. */
  static readonly layer = (namespace: string): Layer.Layer<Containerd, never, RpcTransport> =>
    Layer.effect(Containerd, Effect.map(RpcTransport, (transport) => over(transport, namespace)))

  /** A containerd that listens at `address`, an absolute path. */
  static readonly layerAt = (options: { readonly address: string; readonly namespace: string }): Layer.Layer<Containerd> =>
    Layer.provide(Containerd.layer(options.namespace), GrpcTransport.layer(options.address))
}

const over = (transport: RpcTransport["Service"], namespace: string): Containerd["Service"] => {
  const headersFor = (options: CallOptions) => ({
    "containerd-namespace": namespace,
    ...(options.lease === undefined ? {} : { "containerd-lease": options.lease })
  })

  const limited = (operation: string, options: CallOptions) => {
    const timeout = Duration.fromInputUnsafe(options.timeout ?? timeouts[operation] ?? "10 seconds")
    if (options.held === true || !Duration.isFinite(timeout)) return <A, E, R>(call: Effect.Effect<A, E, R>) => call
    return Effect.timeoutOrElse({ duration: timeout, orElse: () => late(transport, operation, timeout) })
  }

  return {
    address: transport.address,
    namespace,

    unary: (method, request, options = {}) => {
      const operation = operationOf(method)
      const message = create(method.input, request)
      return transport.unary(method, message, headersFor(options)).pipe(
        limited(operation, options),
        intercept(operation, options),
        traced(operation, message, options)
      )
    },

    serverStream: (method, request, options = {}) => {
      const operation = operationOf(method)
      return Stream.fromPull(
        transport.serverStream(method, create(method.input, request), headersFor(options)).pipe(
          Effect.map(limited(operation, options)),
          intercept(operation, options)
        )
      ).pipe(Stream.scoped)
    },

    duplex: (method, options = {}) => {
      const operation = operationOf(method)
      return transport.duplex(method, headersFor(options)).pipe(
        Effect.map((duplex) => ({
          send: (message: MessageInitShape<typeof method.input>) =>
            limited(operation, options)(duplex.send(create(method.input, message))),
          end: duplex.end,
          received: Stream.fromPull(Effect.succeed(duplex.receive))
        })),
        intercept(operation, options)
      )
    }
  }
}

/** What may take long on a loaded machine without being stuck; all else has ten seconds. */
const timeouts: Readonly<Record<string, Duration.Input>> = {
  "Tasks/Create": "120 seconds",
  "Tasks/Start": "60 seconds",
  "Tasks/Delete": "30 seconds",
  "Tasks/DeleteProcess": "30 seconds",
  "Snapshots/Remove": "60 seconds",
  "Snapshots/Commit": "60 seconds",
  "Snapshots/List": "30 seconds",
  "Containers/ListStream": "30 seconds",
  "Images/Delete": "60 seconds",
  "Diff/Apply": Duration.infinity,
  "Diff/Diff": Duration.infinity,
  "Content/Write": Duration.infinity,
  "Streaming/Stream": Duration.infinity,
  "Transfer/Transfer": Duration.infinity,
  "Events/Subscribe": Duration.infinity
}

const calls = Metric.counter("gantry_containerd_calls_total", { description: "Calls to containerd, by operation" })

/** The seam through which every call passes, whatever its kind. */
const intercept = (operation: string, options: CallOptions) =>
<A, R>(call: Effect.Effect<A, ContainerdError, R>): Effect.Effect<A, ContainerdError, R> =>
  Effect.gen(function*() {
    const held = options.held === true
    note(yield* RpcMeter, operation, held)
    yield* Metric.update(Metric.withAttributes(calls, { operation, held: String(held) }), 1)
    const fault = yield* RpcFault
    yield* fault.before(operation)
    const reply = yield* call
    yield* fault.after(operation)
    return reply
  })

/** A held call would be a span as long as a container lives, under a request that is over: it gets none. */
const traced = (operation: string, request: object, options: CallOptions) =>
<A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  options.held === true ? call : Effect.withSpan(call, `containerd.${operation}`, { attributes: attributesOf(request) })

const attributesOf = (request: object): Record<string, unknown> => ({
  ...("containerId" in request ? { "container.id": request.containerId } : {}),
  ...("execId" in request && request.execId !== "" ? { "exec.id": request.execId } : {}),
  ...("key" in request ? { "snapshot.key": request.key } : {})
})

const late = (transport: RpcTransport["Service"], operation: string, after: Duration.Duration) =>
  Effect.flatMap(transport.connected, (connected) =>
    Effect.fail(
      new ContainerdError({
        method: operation,
        reason: connected ? "DeadlineExceeded" : "Unavailable",
        message: connected
          ? `containerd did not answer within ${Duration.format(after)}`
          : `containerd at ${transport.address} cannot be reached`
      })
    ))
