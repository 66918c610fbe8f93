import * as Effect from "effect/Effect"
import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { EndpointSettings, EndpointState } from "../model/EndpointSettings.ts"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"
import { MacAddress } from "../model/MacAddress.ts"
import type { Network } from "../model/Network.ts"
import * as AddressPool from "./AddressPool.ts"
import type { AttachmentRecord } from "./Attachment.ts"
import type { NetworkState } from "./NetworkState.ts"
import type { NetavarkRequest, NetworkRequest } from "./NetavarkRequest.ts"
import type { NetworkNamespace } from "./NetworkNamespaces.ts"
import { randomId } from "../model/randomId.ts"
import { generateMac } from "./generateMac.ts"

/** An endpoint can't have what it asks for. */
export class EndpointRefused extends Schema.TaggedError<EndpointRefused>()("EndpointRefused", {
  networkName: Schema.String,
  message: Schema.String
}) {}

export interface EndpointPlan {
  readonly network: Network
  readonly settings: EndpointSettings
}

export interface ContainerIdentity {
  readonly containerId: string
  readonly containerName: string
  readonly hostname: string
}

/** Gives each endpoint its address, MAC and names, and writes them into the state: all endpoints or none. */
export const planAttachment = Effect.fnUntraced(function*(
  state: NetworkState,
  container: ContainerIdentity,
  namespace: NetworkNamespace,
  plans: ReadonlyArray<EndpointPlan>
) {
  let pools = state.pools
  const endpoints: Record<string, EndpointState> = {}
  for (const { network, settings } of plans) {
    const [address, pool] = yield* chooseAddress(pools, network, settings, container.containerId)
    pools = HashMap.set(pools, network.id, pool)
    endpoints[network.name] = {
      NetworkID: network.id,
      EndpointID: yield* randomId,
      Gateway: network.ipam[0]?.gateway ?? "",
      IPAddress: Ipv4Subnet.formatAddress(address),
      IPPrefixLen: pool.subnet.prefixLength,
      IPv6Gateway: "",
      GlobalIPv6Address: "",
      GlobalIPv6PrefixLen: 0,
      MacAddress: yield* chooseMac(state, network, settings),
      DNSNames: null
    }
  }
  const record: AttachmentRecord = {
    attachment: {
      containerId: container.containerId,
      sandboxId: namespace.id,
      netnsPath: namespace.path,
      endpoints,
      dnsServers: []
    },
    ...plans.length === 0 ? {} : { request: netavarkRequest(container, plans, endpoints) }
  }
  return [record, { pools, records: HashMap.set(state.records, container.containerId, record) }] as const
})

const chooseAddress = (
  pools: NetworkState["pools"],
  network: Network,
  settings: EndpointSettings,
  containerId: string
): Effect.Effect<readonly [number, AddressPool.AddressPool], EndpointRefused> => {
  const refuse = (message: string) => Effect.fail(new EndpointRefused({ networkName: network.name, message }))
  const pool = HashMap.get(pools, network.id)
  if (Option.isNone(pool)) return refuse(`network ${network.name} has no addresses`)
  const asked = settings.IPAMConfig?.IPv4Address ?? ""
  if (asked === "") {
    return Option.match(AddressPool.allocate(pool.value, containerId), {
      onNone: () =>
        refuse(`no available IPv4 addresses on this network's address pools: ${network.name} (${network.id})`),
      onSome: Effect.succeed
    })
  }
  if (network.predefined) return refuse("user specified IP address is supported on user defined networks only")
  return Option.flatMap(Ipv4Subnet.parseAddress(asked), (address) =>
    Option.map(AddressPool.claim(pool.value, address, containerId), (claimed) => [address, claimed] as const)).pipe(
      Option.match({ onNone: () => refuse("Address already in use"), onSome: Effect.succeed })
    )
}

const decodeMac = Schema.decodeUnknownEffect(MacAddress)

/** A configured address is taken as it is, even if another endpoint has it: that is Docker's way. */
const chooseMac = (state: NetworkState, network: Network, settings: EndpointSettings) => {
  if (settings.MacAddress !== "") {
    return Effect.mapError(decodeMac(settings.MacAddress.toLowerCase()), () =>
      new EndpointRefused({
        networkName: network.name,
        message: `invalid MAC address: ${settings.MacAddress}: must be a unicast address of 6 bytes`
      }))
  }
  const taken = Array.from(HashMap.values(state.records)).flatMap(({ attachment }) =>
    Object.values(attachment.endpoints).flatMap((other) => other.NetworkID === network.id ? [other.MacAddress] : []))
  return generateMac(new Set(taken))
}

/** Fifteen bytes, the longest name the kernel takes. */
export const hostInterfaceOf = (endpointId: string): string => `veth${endpointId.slice(0, 11)}`

export const netavarkRequest = (
  container: ContainerIdentity,
  plans: ReadonlyArray<EndpointPlan>,
  endpoints: Readonly<Record<string, EndpointState>>
): NetavarkRequest => ({
  container_id: container.containerId,
  container_name: container.containerName,
  container_hostname: container.hostname,
  networks: Object.fromEntries(plans.flatMap(({ network, settings }, index) => {
    const endpoint = endpoints[network.name]
    return endpoint === undefined ? [] : [[network.name, {
      interface_name: `eth${index}`,
      static_ips: [endpoint.IPAddress],
      static_mac: endpoint.MacAddress,
      aliases: settings.Aliases ?? [],
      options: { host_interface_name: hostInterfaceOf(endpoint.EndpointID) }
    }]]
  })),
  network_info: Object.fromEntries(plans.map(({ network }) => [network.name, networkRequest(network)]))
})

export const networkRequest = (network: Network): NetworkRequest => {
  const mtu = network.options["com.docker.network.driver.mtu"]
  return {
    name: network.name,
    id: network.id,
    driver: "bridge",
    network_interface: network.hostInterface,
    subnets: network.ipam,
    ipv6_enabled: false,
    internal: network.internal,
    dns_enabled: false,
    // Bridges don't reach each other, as with Docker.
    options: { isolate: "true", ...mtu === undefined ? {} : { mtu } },
    ipam_options: { driver: "host-local" }
  }
}
