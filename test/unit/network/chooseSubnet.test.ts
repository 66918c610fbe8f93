import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as Ipv4Subnet from "../../../src/model/Ipv4Subnet.ts"
import { chooseSubnet, defaultAddressRanges, routedSubnets } from "../../../src/network/chooseSubnet.ts"

const subnets = (...texts: ReadonlyArray<string>) =>
  texts.map((text) => Option.getOrThrow(Ipv4Subnet.parseCidr(text)).subnet)

const chosen = (...inUse: ReadonlyArray<string>) =>
  Option.map(chooseSubnet(defaultAddressRanges, subnets(...inUse)), Ipv4Subnet.format)

const header = "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n"

describe("chooseSubnet", () => {
  it("takes Docker's first network on a machine without others", () => {
    assert.deepStrictEqual(chosen("192.0.2.0/24"), Option.some("172.17.0.0/16"))
  })

  it("passes over networks that overlap a route, whichever is the larger", () => {
    assert.deepStrictEqual(chosen("172.17.5.0/24", "172.18.0.0/15"), Option.some("172.20.0.0/16"))
    assert.deepStrictEqual(chosen("172.16.0.0/12"), Option.some("192.168.0.0/20"))
    assert.deepStrictEqual(chosen("172.16.0.0/12", "192.168.0.0/24"), Option.some("192.168.16.0/20"))
  })

  it("has none when all overlap", () => {
    assert.deepStrictEqual(chosen("172.16.0.0/12", "192.168.0.0/16"), Option.none())
  })
})

describe("routedSubnets", () => {
  it("reads the kernel's table, without the default route and our own bridge's", () => {
    const table = `${header}eth0\t00000000\t010200C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n` +
      "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n" +
      "gantry0\t000011AC\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0\n"
    assert.deepStrictEqual(routedSubnets(table, "gantry0").map(Ipv4Subnet.format), ["192.0.2.0/24"])
    assert.deepStrictEqual(routedSubnets(table, "other0").map(Ipv4Subnet.format), ["192.0.2.0/24", "172.17.0.0/16"])
    assert.deepStrictEqual(routedSubnets(header, "gantry0"), [])
  })
})
