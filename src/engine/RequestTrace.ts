import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"

/** Counts what one unit of work costs below the engine. */
export interface Measure {
  /** Runs the work so that its calls are counted here. */
  readonly under: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** The calls made so far. */
  readonly rpcCount: () => number
}

/**
 * How to measure a request. The edge asks for it when a client wants to know; who joins the layers says what is
 * counted, since neither the edge nor the engine knows containerd's meter. Without that nothing is counted.
 */
export const RequestTrace = Context.Reference<{ readonly measure: () => Measure }>("gantry/engine/RequestTrace", {
  defaultValue: () => ({ measure: () => ({ under: (work) => work, rpcCount: () => 0 }) })
})
