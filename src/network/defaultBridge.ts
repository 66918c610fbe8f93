import { createHash } from "node:crypto"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"
import type { Network } from "../model/Network.ts"
import type { AttachmentRecord } from "./Attachment.ts"
import { type AddressRange, chooseSubnet, defaultAddressRanges, routedSubnets } from "./chooseSubnet.ts"

/** The default bridge can't be numbered. */
export class NoBridgeSubnet extends Schema.TaggedError<NoBridgeSubnet>()("NoBridgeSubnet", {
  message: Schema.String
}) {}

export interface DefaultBridgeOptions {
  /** Two engines on one machine need two names. Fifteen bytes at most. Absent: `gantry0`. */
  readonly hostInterface?: string
  /** `--bip`: the gateway's address and the prefix, `172.17.0.1/16`. Absent: chosen from the ranges. */
  readonly bip?: string
  /** `default-address-pools`. Absent: Docker's. */
  readonly addressRanges?: ReadonlyArray<AddressRange>
  /** Octets. Absent: that of the host's default route. */
  readonly mtu?: number
}

export const defaultHostInterface = "gantry0"

/** The same 64 digits whenever the same engine (known by its data root) starts. */
export const predefinedId = (name: string, dataRoot: string): string =>
  createHash("sha256").update(`gantry network ${name} of ${dataRoot}`).digest("hex")

/**
 * The network named `bridge`. While containers live on it, it keeps its subnet; else that is chosen anew at each start
 * of the engine, so that it stays clear of routes that came meanwhile.
 */
export const defaultBridge = Effect.fn("Networks.defaultBridge")(
  function*(options: DefaultBridgeOptions, dataRoot: string, records: ReadonlyArray<AttachmentRecord>) {
    const fs = yield* FileSystem.FileSystem
    const hostInterface = options.hostInterface ?? defaultHostInterface
    const id = predefinedId("bridge", dataRoot)
    const inForce = records.flatMap(({ request }) => Object.values(request?.network_info ?? {}))
      .find((network) => network.id === id)?.subnets[0]
    const routes = routedSubnets(yield* fs.readFileString("/proc/net/route"), hostInterface)
    const ipam = inForce ?? (yield* numberBridge(options, routes))
    const network: Network = {
      id,
      name: "bridge",
      driver: "bridge",
      predefined: true,
      internal: false,
      hostInterface,
      ipam: [ipam],
      options: {
        "com.docker.network.bridge.default_bridge": "true",
        "com.docker.network.bridge.enable_icc": "true",
        "com.docker.network.bridge.enable_ip_masquerade": "true",
        "com.docker.network.bridge.host_binding_ipv4": "0.0.0.0",
        "com.docker.network.bridge.name": hostInterface,
        ...options.mtu === undefined ? {} : { "com.docker.network.driver.mtu": String(options.mtu) }
      }
    }
    return network
  }
)

const numberBridge = (options: DefaultBridgeOptions, routes: ReadonlyArray<Ipv4Subnet.Ipv4Subnet>) => {
  if (options.bip !== undefined) {
    return Option.match(Ipv4Subnet.parseCidr(options.bip), {
      onNone: () => Effect.fail(new NoBridgeSubnet({ message: `invalid CIDR address: ${options.bip}` })),
      onSome: ({ address, subnet }) =>
        Effect.succeed({ subnet: Ipv4Subnet.format(subnet), gateway: Ipv4Subnet.formatAddress(address) })
    })
  }
  return Option.match(chooseSubnet(options.addressRanges ?? defaultAddressRanges, routes), {
    onNone: () =>
      Effect.fail(new NoBridgeSubnet({
        message: "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to " +
          "the network"
      })),
    onSome: (subnet) =>
      Effect.succeed({ subnet: Ipv4Subnet.format(subnet), gateway: Ipv4Subnet.formatAddress(subnet.base + 1) })
  })
}
