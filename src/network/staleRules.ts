import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { NetworkRequest } from "./NetavarkRequest.ts"

const Listing = Schema.fromJsonString(Schema.Struct({
  nftables: Schema.Array(Schema.Struct({
    chain: Schema.optionalKey(Schema.Struct({ name: Schema.String })),
    rule: Schema.optionalKey(Schema.Struct({
      chain: Schema.String,
      handle: Schema.Int,
      expr: Schema.Unknown
    }))
  }))
}))

const decodeListing = Schema.decodeUnknownOption(Listing)

export interface NetworkRules {
  readonly rules: ReadonlyArray<{ readonly chain: string; readonly handle: number }>
  /** Chains that belong to the network alone. */
  readonly chains: ReadonlyArray<string>
}

/**
 * Which of netavark's rules are of one network, from the JSON that `nft` lists: those that name its bridge, its subnet
 * or its own chains. Netavark calls the latter `nv_<8 digits of the network's id>_<subnet>…`.
 */
export const staleRules = (listing: string, network: NetworkRequest): NetworkRules => {
  const entries = Option.match(decodeListing(listing), { onNone: () => [], onSome: (decoded) => decoded.nftables })
  const chainPrefix = `nv_${network.id.slice(0, 8)}_`
  const subnets = network.subnets.map(({ subnet }) => subnet.split("/")).map(([addr, len]) =>
    JSON.stringify({ addr, len: Number(len) }).slice(1, -1))
  const marks = [JSON.stringify(network.network_interface), `"${chainPrefix}`, ...subnets]
  return {
    rules: entries.flatMap(({ rule }) => {
      if (rule === undefined) return []
      const text = JSON.stringify(rule.expr)
      const { chain, handle } = rule
      return chain.startsWith(chainPrefix) || marks.some((mark) => text.includes(mark)) ? [{ chain, handle }] : []
    }),
    chains: entries.flatMap(({ chain }) => chain?.name.startsWith(chainPrefix) ? [chain.name] : [])
  }
}

/** One transaction for `nft -f`: rules first, since a chain that is jumped to can't be deleted. */
export const removalScript = ({ chains, rules }: NetworkRules): string =>
  [
    ...rules.map(({ chain, handle }) => `delete rule inet netavark ${chain} handle ${handle}`),
    ...chains.map((chain) => `delete chain inet netavark ${chain}`)
  ].join("\n") + "\n"
