import { assert, describe, it } from "@effect/vitest"
import { Option } from "effect"
import * as Ipv4Subnet from "../../../src/model/Ipv4Subnet.ts"
import * as AddressPool from "../../../src/network/AddressPool.ts"

const address = (text: string) => Option.getOrThrow(Ipv4Subnet.parseAddress(text))
const pool = (cidr: string, gateway: string) =>
  AddressPool.make(Option.getOrThrow(Ipv4Subnet.parseCidr(cidr)).subnet, address(gateway))

const allocateAll = (from: AddressPool.AddressPool, owners: ReadonlyArray<string>) =>
  owners.reduce((pool, owner) => Option.getOrThrow(AddressPool.allocate(pool, owner))[1], from)

describe("AddressPool", () => {
  it("gives the lowest free address, past network and gateway", () => {
    const [first] = Option.getOrThrow(AddressPool.allocate(pool("172.17.0.0/16", "172.17.0.1"), "a"))
    assert.strictEqual(Ipv4Subnet.formatAddress(first), "172.17.0.2")
  })

  it("gives a released address again", () => {
    const used = AddressPool.release(allocateAll(pool("10.0.0.0/24", "10.0.0.1"), ["a", "b", "c"]), "b")
    const [again] = Option.getOrThrow(AddressPool.allocate(used, "d"))
    assert.strictEqual(Ipv4Subnet.formatAddress(again), "10.0.0.3")
  })

  it("has none left when all are given, the broadcast address excepted", () => {
    const small = pool("10.0.0.0/29", "10.0.0.1")
    const full = allocateAll(small, ["a", "b", "c", "d", "e"])
    assert.isTrue(Option.isNone(AddressPool.allocate(full, "f")))
  })

  it("lets one claim a free address and one's own, but neither another's nor a stranger's", () => {
    const start = pool("10.0.0.0/24", "10.0.0.1")
    const claimed = Option.getOrThrow(AddressPool.claim(start, address("10.0.0.2"), "a"))
    assert.isTrue(Option.isSome(AddressPool.claim(claimed, address("10.0.0.2"), "a")))
    assert.isTrue(Option.isNone(AddressPool.claim(claimed, address("10.0.0.2"), "b")))
    assert.isTrue(Option.isNone(AddressPool.claim(claimed, address("10.0.0.1"), "b")))
    assert.isTrue(Option.isNone(AddressPool.claim(claimed, address("10.0.1.2"), "b")))
    const [next] = Option.getOrThrow(AddressPool.allocate(claimed, "b"))
    assert.strictEqual(Ipv4Subnet.formatAddress(next), "10.0.0.3")
  })
})
