import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { CurrentConfig } from "../../config/EngineConfig.ts"
import { SIGKILL } from "../../model/Signal.ts"
import { OperationFailed, WrongState } from "../containers/ContainerFailures.ts"
import { requireSignal } from "../containers/signalContainer.ts"
import { EngineReady } from "../EngineReady.ts"
import { createExec } from "./createExec.ts"
import { now } from "./ExecEntry.ts"
import { ExecIndex } from "./ExecIndex.ts"
import { Execs } from "./Execs.ts"
import { prepareExec, startDetachedExec, startedProcess } from "./prepareExec.ts"

/** The operations, with all that they stand on. */
export const layerExecs = Layer.effect(Execs, Effect.gen(function*() {
  const index = yield* ExecIndex
  const context = yield* Effect.context<Needs>()
  // Before the engine has taken up its containers again it does not know what an exec could join.
  const ready = yield* EngineReady
  const whenReady = <A, E, R>(operation: Effect.Effect<A, E, R>) =>
    Effect.andThen(ready.await, Effect.provideContext(operation, context))

  /** RPC: 1. */
  const resize = Effect.fn("Execs.resize")(function*(execId: string, size: { readonly height: number; readonly width: number }) {
    const exec = yield* index.find(execId)
    const notRunning = new WrongState({ containerId: exec.container.id, message: `exec ${execId} is not running` })
    if (now(exec).exitCode !== null) return yield* notRunning
    // Clients resize right behind the start.
    const { handle } = yield* startedProcess(exec).pipe(
      Effect.timeoutOrElse({ duration: "10 seconds", orElse: () => Effect.fail(notRunning) })
    )
    yield* handle.resize(size).pipe(Effect.mapError(({ message }) => new OperationFailed({ operation: "resize", message })))
  })

  /** RPC: 1. */
  const kill = Effect.fn("Execs.kill")(function*(execId: string, signal: string) {
    const exec = yield* index.find(execId)
    const number = signal === "" ? SIGKILL : yield* requireSignal(signal)
    if (exec.process === undefined) {
      return yield* new WrongState({ containerId: exec.container.id, message: `exec ${execId} is not running` })
    }
    yield* exec.process.handle.kill(number).pipe(
      Effect.mapError(({ message }) => new OperationFailed({ operation: "kill", message }))
    )
  })

  return Execs.of({
    create: (reference, config) => whenReady(createExec(reference, config)),
    prepare: (execId, options) => whenReady(prepareExec(execId, options)),
    startDetached: (execId) => whenReady(startDetachedExec(execId)),
    resize,
    kill,
    inspect: (execId) => Effect.map(index.find(execId), now)
  })
}))

type Needs = Exclude<
  Effect.Services<ReturnType<typeof createExec> | ReturnType<typeof prepareExec> | ReturnType<typeof startDetachedExec>>,
  Scope.Scope | CurrentConfig
>
