import type { Containers } from "../../engine/containers/Containers.ts"
import type { Events } from "../../engine/events/Events.ts"
import type { Execs } from "../../engine/execs/Execs.ts"
import type { Images } from "../../engine/images/Images.ts"
import type { NetworkCatalog } from "../../engine/networks/NetworkCatalog.ts"
import type { System } from "../../engine/system/System.ts"
import type { Route } from "../Route.ts"
import type { PerRequest } from "../serveRequest.ts"
import type { ServerStop } from "../ServerStop.ts"
import { containerRoutes } from "./containers.ts"
import { execRoutes } from "./execs.ts"
import { imageRoutes } from "./images.ts"
import { networkRoutes } from "./networks.ts"
import { pingRoutes } from "./ping.ts"
import { systemRoutes } from "./system.ts"
import { unbuiltRoutes } from "./unbuilt.ts"
import { volumeRoutes } from "./volumes.ts"

export type RouteServices = Containers | Events | Execs | Images | NetworkCatalog | System | ServerStop | PerRequest

/** Everything that is answered. */
export const allRoutes: ReadonlyArray<Route<RouteServices>> = [
  ...pingRoutes,
  ...systemRoutes,
  ...containerRoutes,
  ...execRoutes,
  ...imageRoutes,
  ...networkRoutes,
  ...volumeRoutes,
  ...unbuiltRoutes
]
