import * as Context from "effect/Context"
import type * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as PlatformError from "effect/PlatformError"
import type { EndpointSettings } from "../model/EndpointSettings.ts"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"
import type { Network } from "../model/Network.ts"
import type { Attachment } from "./Attachment.ts"
import { Attachments, type NetworkSetupFailed, type NetworkTeardownFailed } from "./Attachments.ts"
import { KnownNetworks, type NoSuchNetwork } from "./KnownNetworks.ts"
import { NetworkNamespaces, type NamespaceFailed } from "./NetworkNamespaces.ts"
import { NetworkResidue } from "./NetworkResidue.ts"
import * as NetworkState from "./NetworkState.ts"
import type { ContainerIdentity } from "./planAttachment.ts"
import { type LiveContainer, makeRestore, type RestoreReport } from "./restoreNetworks.ts"

export interface AttachRequest extends ContainerIdentity {
  /** Names, ids or id prefixes; `default` is `bridge`. The first becomes `eth0`, and so on. */
  readonly networks: ReadonlyArray<{ readonly name: string; readonly settings: EndpointSettings }>
  /**
   * Completed as soon as it is settled what the attachment will be: the namespace is there, with its endpoints yet to be
   * made. Only the networks' own resolvers are not known by then.
   */
  readonly planned?: Deferred.Deferred<Attachment>
}

/** What there is on the host and what there should be, for `fsck`. */
export interface NetworkInventory {
  readonly attachments: ReadonlyArray<Attachment>
  /** Pins that exist; those kept ready excluded. */
  readonly namespaces: ReadonlyArray<string>
  /** The host's ends on our bridges, and those that the attachments should have. */
  readonly hostInterfaces: ReadonlyArray<string>
  readonly hostInterfacesExpected: ReadonlyArray<string>
  readonly addresses: ReadonlyArray<{
    readonly networkName: string
    readonly address: string
    /** A container's id. */
    readonly owner: string
  }>
}

/** Attaches containers to networks. The caller holds the container's lock. */
export class Networks extends Context.Service<Networks, {
  /** `bridge`, `host` and `none`. */
  readonly all: ReadonlyArray<Network>
  /** By id, name or id prefix, in this order; `default` is `bridge`. */
  find(reference: string): Effect.Effect<Network, NoSuchNetwork>
  /** A namespace with an endpoint on each network. What an earlier attachment of the container left is removed first. */
  attach(request: AttachRequest): Effect.Effect<Attachment, NetworkSetupFailed | NoSuchNetwork>
  /** A namespace with nothing but loopback: mode `none`. */
  isolated(containerId: string): Effect.Effect<Attachment, NetworkSetupFailed>
  attachmentOf(containerId: string): Effect.Effect<Option.Option<Attachment>>
  /** Unmakes the attachment; the namespace stays pinned until nothing else is left. Idempotent. */
  detach(containerId: string): Effect.Effect<void, NetworkTeardownFailed>
  /** At boot, once the live containers are known. `attach` may be used before. */
  restore(live: ReadonlyArray<LiveContainer>): Effect.Effect<RestoreReport>
  readonly list: Effect.Effect<NetworkInventory, NamespaceFailed | PlatformError.PlatformError>
}>()("gantry/network/Networks") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function*() {
      const attachments = yield* Attachments
      const known = yield* KnownNetworks
      const namespaces = yield* NetworkNamespaces
      const residue = yield* NetworkResidue

      const attach = Effect.fn("Networks.attach")(function*(request: AttachRequest) {
        const plans = yield* Effect.forEach(request.networks, ({ name, settings }) =>
          Effect.map(known.find(name), (network) => ({ network, settings })))
        return yield* attachments.attach(request, plans, request.planned)
      })

      const isolated = Effect.fn("Networks.isolated")(function*(containerId: string) {
        return yield* attachments.attach({ containerId, containerName: "", hostname: "" }, [])
      })

      const list = Effect.gen(function*() {
        const state = yield* attachments.state
        return {
          attachments: NetworkState.recordsOf(state).map(({ attachment }) => attachment),
          namespaces: yield* namespaces.pinned,
          hostInterfaces: yield* residue.endpointsOf(known.bridge.hostInterface),
          hostInterfacesExpected: NetworkState.hostInterfacesOf(state),
          addresses: known.all.flatMap((network) => addressesOf(state, network))
        }
      }).pipe(Effect.withSpan("Networks.list"))

      return Networks.of({
        all: known.all,
        find: known.find,
        attach,
        isolated,
        attachmentOf: (containerId) =>
          Effect.map(attachments.state, ({ records }) =>
            Option.map(HashMap.get(records, containerId), ({ attachment }) => attachment)),
        detach: attachments.detach,
        restore: yield* makeRestore,
        list
      })
    })
  )
}

const addressesOf = (state: NetworkState.NetworkState, network: Network) => {
  const owners = Option.match(HashMap.get(state.pools, network.id), {
    onNone: () => [],
    onSome: (pool) => Array.from(pool.owners)
  })
  return owners.filter(([, owner]) => HashMap.has(state.records, owner)).map(([address, owner]) => ({
    networkName: network.name,
    address: Ipv4Subnet.formatAddress(address),
    owner
  }))
}
