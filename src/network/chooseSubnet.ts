import * as Option from "effect/Option"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"

/** A range that is cut into networks of `size` bits, as in `default-address-pools`. */
export interface AddressRange {
  readonly base: string
  readonly size: number
}

/** Docker's, in its order. */
export const defaultAddressRanges: ReadonlyArray<AddressRange> = [
  { base: "172.17.0.0/16", size: 16 },
  { base: "172.18.0.0/16", size: 16 },
  { base: "172.19.0.0/16", size: 16 },
  { base: "172.20.0.0/14", size: 16 },
  { base: "172.24.0.0/14", size: 16 },
  { base: "172.28.0.0/14", size: 16 },
  { base: "192.168.0.0/16", size: 20 }
]

/** The first network of the ranges that overlaps none of those in use. */
export const chooseSubnet = (
  ranges: ReadonlyArray<AddressRange>,
  inUse: ReadonlyArray<Ipv4Subnet.Ipv4Subnet>
): Option.Option<Ipv4Subnet.Ipv4Subnet> => {
  for (const range of ranges) {
    const whole = Option.getOrUndefined(Ipv4Subnet.parseCidr(range.base))?.subnet
    if (whole === undefined) continue
    for (let base = whole.base; base <= Ipv4Subnet.lastAddress(whole); base += Ipv4Subnet.size(range.size)) {
      const subnet = Ipv4Subnet.make(base, range.size)
      if (!inUse.some((other) => Ipv4Subnet.overlaps(subnet, other))) return Option.some(subnet)
    }
  }
  return Option.none()
}

/**
 * The networks this machine has routes to, from the text of `/proc/net/route`: addresses and masks in hexadecimal, in
 * the byte order of the machine (little-endian on all that we run on). The default route leads everywhere and counts
 * for nothing; nor do the routes through `ownInterface`, the bridge that is to be numbered.
 */
export const routedSubnets = (procNetRoute: string, ownInterface: string): ReadonlyArray<Ipv4Subnet.Ipv4Subnet> =>
  procNetRoute.split("\n").slice(1).flatMap((line) => {
    const [name, destination = "", , , , , , mask = ""] = line.split(/\s+/)
    if (name === ownInterface || !/^[0-9A-F]{8}$/i.test(destination) || !/^[0-9A-F]{8}$/i.test(mask)) return []
    const prefixLength = fromLittleEndian(mask).toString(2).replaceAll("0", "").length
    return prefixLength === 0 ? [] : [Ipv4Subnet.make(fromLittleEndian(destination), prefixLength)]
  })

const fromLittleEndian = (hex: string): number => Number.parseInt((hex.match(/../g) ?? []).reverse().join(""), 16)
