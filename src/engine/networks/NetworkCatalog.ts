import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { EndpointState } from "../../model/EndpointSettings.ts"
import type { Filters } from "../../model/Filters.ts"
import type { Network } from "../../model/Network.ts"
import type { InvalidRequest } from "../containers/ContainerFailures.ts"

/** No network has this id, name or id prefix. */
export class NetworkNotFound extends Schema.TaggedError<NetworkNotFound>()("NetworkNotFound", {
  reference: Schema.String
}) {}

/** A container that runs on a network. */
export interface NetworkMember {
  readonly containerId: string
  readonly containerName: string
  /** Absent on networks without endpoints: `host`, `none`. */
  readonly endpoint: EndpointState | undefined
}

export interface NetworkView {
  readonly network: Network
  /** RFC 3339. The predefined networks are made anew with the engine. */
  readonly created: string
  readonly members: ReadonlyArray<NetworkMember>
}

/** The networks there are, and who is on them. No containerd call. */
export class NetworkCatalog extends Context.Service<NetworkCatalog, {
  /** Filters `dangling`, `driver`, `id`, `label`, `name`, `scope`, `type`. */
  list(filters: Filters): Effect.Effect<ReadonlyArray<NetworkView>, InvalidRequest>
  /** By id, name or id prefix. */
  inspect(reference: string): Effect.Effect<NetworkView, NetworkNotFound>
}>()("gantry/engine/NetworkCatalog") {}
