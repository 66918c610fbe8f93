import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

/** Open for as long as the engine runs. What is retained of a container hangs below it, not below a request. */
export class EngineScope extends Context.Service<EngineScope, Scope.Scope>()("gantry/engine/EngineScope") {
  static readonly layer = Layer.effect(this, Effect.scope)
}
