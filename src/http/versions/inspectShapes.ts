import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { EndpointJson } from "../wire/networkSettings.ts"

/** Those parts of a container's inspect that differ between versions. */
export interface InspectParts {
  readonly endpoints: Readonly<Record<string, EndpointJson>>
  /** The bridge's endpoint, once more at the top of `NetworkSettings`. */
  readonly legacyNetwork: object
  readonly containerMac: string
  readonly storage: object
  /** What the container was made from, by its own name. */
  readonly manifest: object
}

export interface InspectShape {
  readonly below: number
  readonly adapt: (parts: InspectParts, view: ContainerView) => InspectParts
}

const userDefined = (network: string): boolean => !["bridge", "host", "none"].includes(network)

const legacyAliases = (parts: InspectParts, { record }: ContainerView): InspectParts => ({
  ...parts,
  endpoints: Object.fromEntries(
    Object.entries(parts.endpoints).map(([network, endpoint]) => [
      network,
      userDefined(network)
        ? { ...endpoint, Aliases: [...new Set([...(endpoint.Aliases ?? []), record.id.slice(0, 12), record.config.Hostname])] }
        : endpoint
    ])
  )
})

const legacyBridge = (parts: InspectParts): InspectParts => {
  const bridge = parts.endpoints.bridge
  if (bridge === undefined) return parts
  const { EndpointID, Gateway, GlobalIPv6Address, GlobalIPv6PrefixLen, IPAddress, IPPrefixLen, IPv6Gateway, MacAddress } = bridge
  return {
    ...parts,
    legacyNetwork: {
      EndpointID, Gateway, GlobalIPv6Address, GlobalIPv6PrefixLen, IPAddress, IPPrefixLen, IPv6Gateway, MacAddress
    }
  }
}

/** Only a configured address: a generated one that were shown here would be copied into the next container. */
const containerMac = (parts: InspectParts, { record }: ContainerView): InspectParts => ({
  ...parts,
  containerMac: record.endpoints[record.hostConfig.NetworkMode]?.MacAddress ?? ""
})

const graphDriver = (parts: InspectParts, { record }: ContainerView): InspectParts => ({
  ...parts,
  storage: { GraphDriver: { Data: null, Name: record.snapshotter } }
})

/** What clients below a version see instead, from the newest shape on. */
export const inspectShapes: ReadonlyArray<InspectShape> = [
  { below: 45, adapt: legacyAliases },
  { below: 48, adapt: (parts) => ({ ...parts, manifest: {} }) },
  { below: 52, adapt: (parts, view) => graphDriver(containerMac(legacyBridge(parts), view), view) }
]
