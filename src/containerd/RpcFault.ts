import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type { ContainerdError } from "./ContainerdError.ts"

/** What tests put in the way of every call: `after` runs when containerd has done its part but nobody was told. */
export interface RpcFault {
  before(operation: string): Effect.Effect<void, ContainerdError>
  after(operation: string): Effect.Effect<void, ContainerdError>
}

export const none: RpcFault = { before: () => Effect.void, after: () => Effect.void }

export const RpcFault = Context.Reference<RpcFault>("gantry/containerd/RpcFault", { defaultValue: () => none })
