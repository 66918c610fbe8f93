import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as Ipv4Subnet from "../../../src/model/Ipv4Subnet.ts"

describe("Ipv4Subnet", () => {
  it("reads an address with its network, and writes both again", () => {
    const { address, subnet } = Option.getOrThrow(Ipv4Subnet.parseCidr("192.168.200.7/20"))
    assert.strictEqual(Ipv4Subnet.formatAddress(address), "192.168.200.7")
    assert.strictEqual(Ipv4Subnet.format(subnet), "192.168.192.0/20")
    assert.strictEqual(Ipv4Subnet.formatAddress(Ipv4Subnet.lastAddress(subnet)), "192.168.207.255")
    assert.strictEqual(Ipv4Subnet.formatAddress(Ipv4Subnet.lastAddress({ base: 0, prefixLength: 0 })), "255.255.255.255")
  })

  it("refuses what is no address", () => {
    for (const text of ["", "10.1", "256.0.0.1", "010.0.0.1", "1.2.3.4.5", "::1", " 1.2.3.4"]) {
      assert.isTrue(Option.isNone(Ipv4Subnet.parseAddress(text)), text)
    }
    for (const text of ["10.0.0.1", "10.0.0.1/33", "10.0.0/24", "/24"]) {
      assert.isTrue(Option.isNone(Ipv4Subnet.parseCidr(text)), text)
    }
  })
})
