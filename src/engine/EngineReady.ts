import * as Context from "effect/Context"
import * as Latch from "effect/Latch"
import * as Layer from "effect/Layer"

/** Whether the engine knows again what runs. Reads do not wait for it; whatever changes something does. */
export class EngineReady extends Context.Service<EngineReady, Latch.Latch>()("gantry/engine/EngineReady") {
  static readonly layer = Layer.effect(this, Latch.make())
}
