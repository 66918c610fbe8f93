import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { CurrentConfig } from "../config/EngineConfig.ts"
import { EventFeed } from "../containerd/EventFeed.ts"
import { ContainerIndex } from "./containers/ContainerIndex.ts"
import { followContainerd } from "./containers/followContainerd.ts"
import { layerContainers } from "./containers/layerContainers.ts"
import { layerImageUsers } from "./containers/layerImageUsers.ts"
import { loadContainers } from "./containers/loadContainers.ts"
import { restoreContainers } from "./containers/restoreContainers.ts"
import { EngineReady } from "./EngineReady.ts"
import { EngineScope } from "./EngineScope.ts"
import * as EventJournal from "./events/EventJournal.ts"
import { ExecIndex } from "./execs/ExecIndex.ts"
import { layerExecs } from "./execs/layerExecs.ts"
import * as ContainerdImages from "./images/ContainerdImages.ts"
import type { ImageIndexOptions } from "./images/ImageIndex.ts"
import { ImageMetadata } from "./images/ImageMetadata.ts"
import { layerNetworkCatalog } from "./networks/layerNetworkCatalog.ts"
import { layerSystem } from "./system/layerSystem.ts"

const eventsKept = 4096

/**
 * Reads the records, so that they can be asked for, and then makes the picture true in the background: as soon as
 * containerd answers. `atBoot` gives the configuration to that one unit of work.
 */
const boot = (atBoot: <A, E, R>(work: Effect.Effect<A, E, R>) => Effect.Effect<A, E, Exclude<R, CurrentConfig>>) =>
  Layer.effectDiscard(Effect.gen(function*() {
    const ready = yield* EngineReady
    const feed = yield* EventFeed
    const unreadable = yield* loadContainers()
    yield* Effect.forkScoped(followContainerd)
    yield* feed.ready.pipe(
      Effect.andThen(atBoot(restoreContainers(unreadable))),
      Effect.catchCause((cause) => Effect.logError("the restore did not come to its end", cause)),
      Effect.andThen(ready.open),
      Effect.forkScoped
    )
  }))

/** The engine's services on the rooms below it. */
export const layerEngine = (options: {
  readonly images: ImageIndexOptions
  readonly atBoot: Parameters<typeof boot>[0]
}) =>
  Layer.mergeAll(layerContainers, layerExecs, layerNetworkCatalog, layerSystem, boot(options.atBoot)).pipe(
    Layer.provideMerge(ContainerdImages.layer(options.images)),
    Layer.provide([layerImageUsers, ImageMetadata.layer]),
    Layer.provideMerge(EventJournal.layer(eventsKept)),
    Layer.provideMerge(Layer.mergeAll(ContainerIndex.layer, ExecIndex.layer, EngineReady.layer)),
    Layer.provide(EngineScope.layer)
  )
