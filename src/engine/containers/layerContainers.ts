import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { CurrentConfig } from "../../config/EngineConfig.ts"
import { EngineReady } from "../EngineReady.ts"
import { attachContainer } from "./attachContainer.ts"
import { now } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { Containers } from "./Containers.ts"
import { createContainer } from "./createContainer.ts"
import { inspectContainer } from "./inspectContainer.ts"
import { killContainer } from "./killContainer.ts"
import { listContainers } from "./listContainers.ts"
import { measureContainer } from "./measureContainer.ts"
import { pauseContainer, unpauseContainer } from "./pauseContainer.ts"
import { pruneContainers } from "./pruneContainers.ts"
import { readLogs } from "./readLogs.ts"
import { removeContainer } from "./removeContainer.ts"
import { renameContainer } from "./renameContainer.ts"
import { resizeContainer } from "./resizeContainer.ts"
import { restartContainer } from "./restartContainer.ts"
import { startContainer } from "./startContainer.ts"
import { stopContainer } from "./stopContainer.ts"
import { topContainer } from "./topContainer.ts"
import { updateContainer } from "./updateContainer.ts"
import { waitContainer } from "./waitContainer.ts"

const operations = {
  create: createContainer,
  start: startContainer,
  stop: stopContainer,
  restart: restartContainer,
  kill: killContainer,
  pause: pauseContainer,
  unpause: unpauseContainer,
  rename: renameContainer,
  resize: resizeContainer,
  update: updateContainer,
  remove: removeContainer,
  wait: waitContainer,
  attach: attachContainer,
  logs: readLogs,
  top: topContainer,
  inspect: inspectContainer,
  measure: measureContainer,
  prune: pruneContainers,
  list: listContainers
}

/** All that the operations stand on; what changes per request stays in their types. */
type Needs = Exclude<
  Effect.Services<ReturnType<(typeof operations)[keyof typeof operations]>> | ContainerIndex,
  CurrentConfig | Scope.Scope
>

/** The operations, joined with what they stand on. */
export const layerContainers = Layer.effect(Containers, Effect.gen(function*() {
  const context = yield* Effect.context<Needs>()
  const index = yield* ContainerIndex
  // What the engine has not yet taken up again can be looked at, and that is all.
  const ready = yield* EngineReady
  const on = <Args extends ReadonlyArray<unknown>, A, E, R>(operation: (...args: Args) => Effect.Effect<A, E, R>) =>
  (...args: Args) => Effect.provideContext(operation(...args), context)
  const whenReady = <Args extends ReadonlyArray<unknown>, A, E, R>(operation: (...args: Args) => Effect.Effect<A, E, R>) =>
  (...args: Args) => Effect.andThen(ready.await, on(operation)(...args))

  return Containers.of({
    create: whenReady(operations.create),
    start: whenReady(operations.start),
    stop: whenReady(operations.stop),
    restart: whenReady(operations.restart),
    kill: whenReady(operations.kill),
    pause: whenReady(operations.pause),
    unpause: whenReady(operations.unpause),
    rename: whenReady(operations.rename),
    resize: whenReady(operations.resize),
    update: whenReady(operations.update),
    remove: whenReady(operations.remove),
    wait: on(operations.wait),
    attach: whenReady(operations.attach),
    logs: on(operations.logs),
    top: on(operations.top),
    list: on(operations.list),
    prune: whenReady(operations.prune),
    size: (reference) => Effect.flatMap(index.find(reference), (entry) => on(operations.measure)(now(entry))),
    inspect: on(operations.inspect)
  })
}))
