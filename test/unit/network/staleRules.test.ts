import { assert, describe, it } from "@effect/vitest"
import { removalScript, staleRules } from "../../../src/network/staleRules.ts"

const network = {
  name: "bridge", id: "aabbccddeeff", driver: "bridge" as const, network_interface: "gt0",
  subnets: [{ subnet: "10.213.9.0/24", gateway: "10.213.9.1" }],
  ipv6_enabled: false, internal: false, dns_enabled: false, options: {}, ipam_options: {}
}

const subnetMatch = (addr: string, len: number) => ({
  match: { op: "==", left: { payload: { protocol: "ip", field: "saddr" } }, right: { prefix: { addr, len } } }
})
const rule = (chain: string, handle: number, ...expr: ReadonlyArray<unknown>) => ({ rule: { chain, handle, expr } })

const listing = JSON.stringify({
  nftables: [
    { metainfo: { version: "1.1.7" } },
    { chain: { name: "FORWARD" } },
    { chain: { name: "nv_aabbccdd_10_213_9_0_nm24" } },
    { chain: { name: "nv_11112222_10_213_90_0_nm24" } },
    rule("FORWARD", 1, { jump: { target: "NETAVARK-ISOLATION-1" } }),
    rule("FORWARD", 2, subnetMatch("10.213.9.0", 24), { accept: null }),
    rule("FORWARD", 3, subnetMatch("10.213.90.0", 24), { accept: null }),
    rule("NETAVARK-ISOLATION-2", 4, { match: { op: "==", left: { meta: { key: "oifname" } }, right: "gt0" } }),
    rule("NETAVARK-ISOLATION-2", 5, { match: { op: "==", left: { meta: { key: "oifname" } }, right: "gt00" } }),
    rule("POSTROUTING", 6, { jump: { target: "nv_aabbccdd_10_213_9_0_nm24" } }),
    rule("nv_aabbccdd_10_213_9_0_nm24", 7, { masquerade: null })
  ]
})

describe("staleRules", () => {
  it("finds what names the network's bridge, subnet or chains, and nothing of others", () => {
    const stale = staleRules(listing, network)
    assert.deepStrictEqual(stale.rules.map(({ handle }) => handle), [2, 4, 6, 7])
    assert.deepStrictEqual(stale.chains, ["nv_aabbccdd_10_213_9_0_nm24"])
  })

  it("removes rules before the chains they jump to", () => {
    assert.strictEqual(
      removalScript({ rules: [{ chain: "FORWARD", handle: 2 }], chains: ["nv_aabbccdd_x"] }),
      "delete rule inet netavark FORWARD handle 2\ndelete chain inet netavark nv_aabbccdd_x\n"
    )
  })

  it("finds nothing in what it can't read", () => {
    assert.deepStrictEqual(staleRules("nft: no", network), { rules: [], chains: [] })
  })
})
