import * as Effect from "effect/Effect"
import type { EndpointState } from "../model/EndpointSettings.ts"
import { Attachments } from "./Attachments.ts"
import type { AttachmentRecord } from "./Attachment.ts"
import { KnownNetworks } from "./KnownNetworks.ts"
import { Netavark } from "./Netavark.ts"
import { NetworkNamespaces } from "./NetworkNamespaces.ts"
import * as NetworkState from "./NetworkState.ts"
import { netavarkRequest, networkRequest } from "./planAttachment.ts"

/** What a container that lives through the engine's restart has, by the engine's own record. */
export interface LiveContainer {
  readonly containerId: string
  /** By network name; empty for mode `none`. */
  readonly endpoints: Readonly<Record<string, EndpointState>>
  /** Its namespace's pin, as `attach` told it. Only used if our own file of it was lost; then without it the pin goes. */
  readonly netnsPath?: string
}

/** What was removed at boot because it belonged to no live container, and what could not be removed. */
export interface RestoreReport {
  readonly containers: ReadonlyArray<string>
  readonly namespaces: ReadonlyArray<string>
  readonly hostInterfaces: ReadonlyArray<string>
  readonly failures: ReadonlyArray<string>
}

/** Takes over what live containers have and removes the rest. Goes on past each failure and collects it. */
export const makeRestore = Effect.gen(function*() {
  const attachments = yield* Attachments
  const networks = yield* KnownNetworks
  const namespaces = yield* NetworkNamespaces
  const netavark = yield* Netavark

  return Effect.fn("Networks.restore")(
    function*(live: ReadonlyArray<LiveContainer>) {
      const failures: Array<string> = []
      const orNote = <A>(work: Effect.Effect<A, { readonly message: string }>, otherwise: A) =>
        Effect.catch(work, (e) => Effect.sync(() => (failures.push(e.message), otherwise)))

      const before = NetworkState.recordsOf(yield* attachments.state).map(({ attachment }) => attachment)
      const known = new Set(before.map(({ containerId }) => containerId))
      const containers = Array.from(known).filter((id) => !live.some(({ containerId }) => containerId === id))
      yield* Effect.forEach(containers, (id) => orNote(attachments.detach(id), undefined))
      // One with neither pin nor endpoint is in mode `host` or shares another's namespace: none of our business.
      const unknown = live.filter(({ containerId, endpoints, netnsPath = "" }) =>
        !known.has(containerId) && (netnsPath !== "" || Object.keys(endpoints).length > 0))
      yield* attachments.adopt(unknown.map(recordOf))

      const after = NetworkState.recordsOf(yield* attachments.state).map(({ attachment }) => attachment)
      const owned = new Set([...before, ...after].map(({ netnsPath }) => netnsPath))
      const stale = namespaces.inherited.filter((path) => !owned.has(path))
      yield* Effect.forEach(stale, (path) => orNote(namespaces.remove(path), undefined))

      const expected = Effect.map(attachments.state, NetworkState.hostInterfacesOf)
      const hostInterfaces = yield* orNote(netavark.removeStrangers(networkRequest(networks.bridge), expected), [])
      return { containers, namespaces: stale, hostInterfaces, failures } satisfies RestoreReport
    },
    Effect.uninterruptible
  )

  /** Of a container whose file was lost: its addresses are held, and teardown is possible. */
  function recordOf({ containerId, endpoints, netnsPath = "" }: LiveContainer): AttachmentRecord {
    const plans = networks.all.flatMap((network) => endpoints[network.name] === undefined ? [] : [{ network, settings: none }])
    const container = { containerId, containerName: "", hostname: "" }
    return {
      attachment: { containerId, sandboxId: "", netnsPath, endpoints, dnsServers: [] },
      ...plans.length === 0 ? {} : { request: netavarkRequest(container, plans, endpoints) }
    }
  }
})

const none = { IPAMConfig: null, Links: null, Aliases: null, MacAddress: "", DriverOpts: null, GwPriority: 0 }
