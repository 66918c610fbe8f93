import * as HashMap from "effect/HashMap"
import * as Option from "effect/Option"
import * as Ipv4Subnet from "../model/Ipv4Subnet.ts"

/** Which address of a network belongs to whom. A value: each operation gives a new pool. */
export interface AddressPool {
  readonly subnet: Ipv4Subnet.Ipv4Subnet
  readonly owners: HashMap.HashMap<number, string>
}

/** The gateway is nobody's to have, and neither are the network's first and last address. */
export const make = (subnet: Ipv4Subnet.Ipv4Subnet, gateway: number): AddressPool => ({
  subnet,
  owners: HashMap.make([subnet.base, "network"], [Ipv4Subnet.lastAddress(subnet), "broadcast"], [gateway, "gateway"])
})

/** The lowest free address, as Docker gives it. */
export const allocate = (pool: AddressPool, owner: string): Option.Option<readonly [number, AddressPool]> => {
  const last = Ipv4Subnet.lastAddress(pool.subnet)
  for (let address = pool.subnet.base; address <= last; address++) {
    if (!HashMap.has(pool.owners, address)) {
      return Option.some([address, { ...pool, owners: HashMap.set(pool.owners, address, owner) }])
    }
  }
  return Option.none()
}

/** One particular address; none if it's another's, or not of this network. Claiming one's own again is fine. */
export const claim = (pool: AddressPool, address: number, owner: string): Option.Option<AddressPool> => {
  if (!Ipv4Subnet.contains(pool.subnet, address)) return Option.none()
  const holder = HashMap.get(pool.owners, address)
  if (Option.isSome(holder) && holder.value !== owner) return Option.none()
  return Option.some({ ...pool, owners: HashMap.set(pool.owners, address, owner) })
}

/** Gives back all that `owner` has. */
export const release = (pool: AddressPool, owner: string): AddressPool => ({
  ...pool,
  owners: HashMap.filter(pool.owners, (holder) => holder !== owner)
})
