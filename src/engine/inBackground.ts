import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as RpcMeter from "../containerd/RpcMeter.ts"

const ofTheEngine = RpcMeter.make()

/**
 * Runs what outlives the request that began it, below `scope`. What it asks of containerd is not the request's any
 * more, and nor is its failure: that is logged.
 */
export const inBackground = <A, E, R>(work: Effect.Effect<A, E, R>, scope: Scope.Scope) =>
  work.pipe(
    Effect.catchCause((cause) => Effect.logError("background work failed", cause)),
    Effect.provideService(RpcMeter.RpcMeter, ofTheEngine),
    Effect.forkIn(scope)
  )
