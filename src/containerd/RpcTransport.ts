import type { DescMessage, DescMethodBiDiStreaming, DescMethodServerStreaming, DescMethodUnary, MessageShape } from "@bufbuild/protobuf"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import type { ContainerdError } from "./ContainerdError.ts"

export type RpcHeaders = Readonly<Record<string, string>>

/** The next messages, at least one, or the end. */
export type Messages<O extends DescMessage> = Pull.Pull<readonly [MessageShape<O>, ...Array<MessageShape<O>>], ContainerdError>

/** A call with messages both ways. `send` waits for the peer when it is slow; `end` says that no more will be sent. */
export interface RpcDuplex<I extends DescMessage, O extends DescMessage> {
  send(message: MessageShape<I>): Effect.Effect<void, ContainerdError>
  readonly end: Effect.Effect<void>
  readonly receive: Messages<O>
}

/**
 * Carries calls to a containerd, and nothing else: no counting, no deadlines. Interrupting an effect, or closing
 * the scope of a stream, cancels its call. A call made while there is no connection waits for one.
 */
export class RpcTransport extends Context.Service<RpcTransport, {
  readonly address: string
  readonly connected: Effect.Effect<boolean>
  unary<I extends DescMessage, O extends DescMessage>(
    method: DescMethodUnary<I, O>,
    request: MessageShape<I>,
    headers: RpcHeaders
  ): Effect.Effect<MessageShape<O>, ContainerdError>
  serverStream<I extends DescMessage, O extends DescMessage>(
    method: DescMethodServerStreaming<I, O>,
    request: MessageShape<I>,
    headers: RpcHeaders
  ): Effect.Effect<Messages<O>, never, Scope.Scope>
  duplex<I extends DescMessage, O extends DescMessage>(
    method: DescMethodBiDiStreaming<I, O>,
    headers: RpcHeaders
  ): Effect.Effect<RpcDuplex<I, O>, never, Scope.Scope>
}>()("gantry/containerd/RpcTransport") {}
