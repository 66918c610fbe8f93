import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Network } from "../../model/Network.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { Networks } from "../../network/Networks.ts"
import { isRunning, now } from "../containers/ContainerEntry.ts"
import { ContainerIndex } from "../containers/ContainerIndex.ts"
import { networkMode } from "../containers/networkMode.ts"
import { NetworkCatalog, type NetworkMember, NetworkNotFound, type NetworkView } from "./NetworkCatalog.ts"
import { networkMatch } from "./networkMatch.ts"

/** What the network room has, with the containers that are on it. */
export const layerNetworkCatalog = Layer.effect(NetworkCatalog, Effect.gen(function*() {
  const networks = yield* Networks
  const { byId } = yield* ContainerIndex
  const created = Timestamp.format(yield* Timestamp.now)

  const membersOf = (network: Network): ReadonlyArray<NetworkMember> => {
    const members: Array<NetworkMember> = []
    for (const entry of byId.values()) {
      const view = now(entry)
      if (!isRunning(view)) continue
      const { record, state } = view
      const endpoint = state.endpoints[network.name]
      const member = { containerId: record.id, containerName: record.name, endpoint }
      if (endpoint !== undefined || networkMode(record.hostConfig).kind === network.name) members.push(member)
    }
    return members
  }
  const viewOf = (network: Network): NetworkView => ({ network, created, members: membersOf(network) })

  return NetworkCatalog.of({
    list: (filters) => Effect.map(networkMatch(filters), (matches) => networks.all.filter(matches).map(viewOf)),
    inspect: (reference) =>
      networks.find(reference).pipe(
        Effect.map(viewOf),
        Effect.mapError(() => new NetworkNotFound({ reference }))
      )
  })
}))
