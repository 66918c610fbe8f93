import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"
import type { Network } from "../model/Network.ts"
import * as AddressPool from "./AddressPool.ts"
import type { AttachmentRecord } from "./Attachment.ts"

/** Who has what, of all networks. A value: changed as one. */
export interface NetworkState {
  /** By the network's id. */
  readonly pools: HashMap.HashMap<string, AddressPool.AddressPool>
  /** By the container's id. */
  readonly records: HashMap.HashMap<string, AttachmentRecord>
}

/** Nothing attached yet. Networks without addresses have no pool. */
export const make = (networks: ReadonlyArray<Network>): NetworkState => ({
  pools: HashMap.fromIterable(networks.flatMap(({ id, ipam }) =>
    ipam.flatMap(({ gateway, subnet }) => {
      const parsed = Option.all([Ipv4Subnet.parseCidr(subnet), Ipv4Subnet.parseAddress(gateway)])
      return Option.match(parsed, {
        onNone: () => [],
        onSome: ([cidr, address]) => [[id, AddressPool.make(cidr.subnet, address)] as const]
      })
    }))),
  records: HashMap.empty()
})

/** Takes an attachment over as it is, with its addresses. */
export const adopt = (state: NetworkState, record: AttachmentRecord): NetworkState => {
  const { containerId, endpoints } = record.attachment
  const pools = Object.values(endpoints).reduce((pools, endpoint) => {
    const claimed = Option.all([HashMap.get(pools, endpoint.NetworkID), Ipv4Subnet.parseAddress(endpoint.IPAddress)])
      .pipe(Option.flatMap(([pool, address]) => AddressPool.claim(pool, address, containerId)))
    return Option.match(claimed, {
      onNone: () => pools,
      onSome: (pool) => HashMap.set(pools, endpoint.NetworkID, pool)
    })
  }, state.pools)
  return { pools, records: HashMap.set(state.records, containerId, record) }
}

export const forget = (state: NetworkState, containerId: string): NetworkState => ({
  pools: HashMap.map(state.pools, (pool) => AddressPool.release(pool, containerId)),
  records: HashMap.remove(state.records, containerId)
})

export const recordsOf = (state: NetworkState): ReadonlyArray<AttachmentRecord> =>
  Array.from(HashMap.values(state.records))

/** The host's ends that the attachments should have. */
export const hostInterfacesOf = (state: NetworkState): ReadonlyArray<string> =>
  recordsOf(state).flatMap(({ request }) =>
    Object.values(request?.networks ?? {}).map((endpoint) => endpoint.options.host_interface_name))
