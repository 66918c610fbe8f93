import * as Option from "effect/Option"

/** An IPv4 network. Addresses are unsigned 32-bit numbers, so that they can be counted and compared. */
export interface Ipv4Subnet {
  /** The lowest address, host bits zero. */
  readonly base: number
  readonly prefixLength: number
}

export const make = (address: number, prefixLength: number): Ipv4Subnet => ({
  base: address - address % size(prefixLength),
  prefixLength
})

/** How many addresses a prefix leaves. */
export const size = (prefixLength: number): number => 2 ** (32 - prefixLength)

export const lastAddress = (subnet: Ipv4Subnet): number => subnet.base + size(subnet.prefixLength) - 1

export const contains = (subnet: Ipv4Subnet, address: number): boolean =>
  address >= subnet.base && address <= lastAddress(subnet)

export const overlaps = (a: Ipv4Subnet, b: Ipv4Subnet): boolean => contains(a, b.base) || contains(b, a.base)

/** Dotted quad to number; nothing else is an address, so `010.0.0.1` and `10.1` are none. */
export const parseAddress = (text: string): Option.Option<number> => {
  const octets = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1) ?? []
  if (octets.length !== 4 || octets.some((octet) => Number(octet) > 255 || String(Number(octet)) !== octet)) {
    return Option.none()
  }
  return Option.some(octets.reduce((address, octet) => address * 256 + Number(octet), 0))
}

export const formatAddress = (address: number): string =>
  [2 ** 24, 2 ** 16, 2 ** 8, 1].map((unit) => Math.floor(address / unit) % 256).join(".")

/** `10.0.0.1/24` to the address and the network it lies in. */
export const parseCidr = (text: string): Option.Option<{ readonly address: number; readonly subnet: Ipv4Subnet }> => {
  const match = /^([\d.]+)\/(\d{1,2})$/.exec(text)
  const prefixLength = Number(match?.[2] ?? Number.NaN)
  if (!(prefixLength <= 32)) return Option.none()
  return Option.map(parseAddress(match?.[1] ?? ""), (address) => ({ address, subnet: make(address, prefixLength) }))
}

/** `10.0.0.0/24`. */
export const format = (subnet: Ipv4Subnet): string => `${formatAddress(subnet.base)}/${subnet.prefixLength}`
