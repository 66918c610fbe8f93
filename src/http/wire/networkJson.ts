import type { NetworkMember, NetworkView } from "../../engine/networks/NetworkCatalog.ts"

/** A row of the list of networks, keys in Docker's order. */
export const networkRowJson = ({ created, network }: NetworkView) => ({
  Name: network.name,
  Id: network.id,
  Created: created,
  Scope: "local",
  Driver: network.driver,
  EnableIPv4: true,
  EnableIPv6: false,
  IPAM: {
    Driver: "default",
    Options: null,
    Config: network.ipam.length === 0
      ? null
      : network.ipam.map(({ gateway, subnet }) => ({ Subnet: subnet, Gateway: gateway }))
  },
  Internal: network.internal,
  Attachable: false,
  Ingress: false,
  ConfigFrom: { Network: "" },
  ConfigOnly: false,
  Options: network.options,
  Labels: {}
})

/** The body of a network's inspect: a row, with those who are on it. */
export const networkJson = (view: NetworkView) => {
  const { Labels, Options, ...row } = networkRowJson(view)
  return {
    ...row,
    Containers: Object.fromEntries(view.members.map((member) => [member.containerId, memberJson(member)])),
    Options,
    Labels
  }
}

const memberJson = ({ containerName, endpoint }: NetworkMember) => ({
  Name: containerName,
  EndpointID: endpoint?.EndpointID ?? "",
  MacAddress: endpoint?.MacAddress ?? "",
  IPv4Address: withPrefix(endpoint?.IPAddress, endpoint?.IPPrefixLen),
  IPv6Address: withPrefix(endpoint?.GlobalIPv6Address, endpoint?.GlobalIPv6PrefixLen)
})

const withPrefix = (address = "", prefixLength = 0): string => address === "" ? "" : `${address}/${prefixLength}`
