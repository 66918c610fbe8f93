import { type Adaptation, type CreateDraft, hasEndpoints, zeroEndpoint } from "./CreateDraft.ts"
import { readMacAddress } from "./readMacAddress.ts"

const deprecated = "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."

/** Every address as the engine knows it: lower case with colons. */
export const normalizeMacs: Adaptation = (draft) => {
  const wide = normalized(draft.containerMac)
  if (wide.startsWith("invalid")) return wide
  const endpoints: Record<string, CreateDraft["endpoints"][string]> = {}
  for (const [network, endpoint] of Object.entries(draft.endpoints)) {
    const address = normalized(endpoint.MacAddress)
    if (address.startsWith("invalid")) return address
    endpoints[network] = { ...endpoint, MacAddress: address }
  }
  return { ...draft, containerMac: wide, endpoints }
}

const normalized = (text: string): string => {
  if (text === "") return ""
  const read = readMacAddress(text)
  return "address" in read ? read.address : read.refusal
}

/** Below 1.44 endpoints have no address of their own: the container's goes to the only endpoint, whatever its key. */
export const containerMacOnly: Adaptation = (draft) => {
  const mode = draft.hostConfig.NetworkMode
  if (draft.containerMac === "") return withMacs(draft, () => "")
  if (!hasEndpoints(mode)) return "conflicting options: mac-address and the network mode"
  const bare = Object.keys(draft.endpoints).length === 0 ? { ...draft, endpoints: { [mode]: zeroEndpoint } } : draft
  return settled(withMacs(bare, () => draft.containerMac))
}

/** From 1.44 on the container's address is an old word for the main endpoint's. */
export const containerMacDeprecated: Adaptation = (draft) => {
  const { containerMac, endpoints } = draft
  const mode = draft.hostConfig.NetworkMode
  if (containerMac === "") return draft
  const warned = settled({ ...draft, warnings: [...draft.warnings, deprecated] })
  if (!hasEndpoints(mode)) return warned
  const main = endpoints[mode]
  if (main === undefined && Object.keys(endpoints).length > 0) {
    return "unable to migrate container-wide MAC address to a specific network: HostConfig.NetworkMode must match " +
      "the identity of a network in NetworkSettings.Networks"
  }
  if (main !== undefined && main.MacAddress !== "" && main.MacAddress !== containerMac) {
    return "the container-wide MAC address must match the endpoint-specific MAC address for the main network, " +
      "or be left empty"
  }
  return { ...warned, endpoints: { ...endpoints, [mode]: { ...(main ?? zeroEndpoint), MacAddress: containerMac } } }
}

/** From 1.52 on there is no such field, and dropping an address in silence would be worse than saying so. */
export const containerMacGone: Adaptation = (draft) =>
  draft.containerMac === ""
    ? draft
    : "container-wide MAC address no longer supported; use endpoint-specific MAC address instead"

/** An endpoint that has no interface of its own can't have an address. */
export const macWithoutEffect: Adaptation = (draft) => {
  if (hasEndpoints(draft.hostConfig.NetworkMode)) return draft
  if (!Object.values(draft.endpoints).some((endpoint) => endpoint.MacAddress !== "")) return draft
  const warning = `The MAC address has no effect with network mode "${draft.hostConfig.NetworkMode}".`
  return { ...withMacs(draft, () => ""), warnings: [...draft.warnings, warning] }
}

const settled = (draft: CreateDraft): CreateDraft => ({ ...draft, containerMac: "" })

const withMacs = (draft: CreateDraft, address: (network: string) => string): CreateDraft => ({
  ...draft,
  endpoints: Object.fromEntries(
    Object.entries(draft.endpoints).map(([network, endpoint]) => [network, { ...endpoint, MacAddress: address(network) }])
  )
})
