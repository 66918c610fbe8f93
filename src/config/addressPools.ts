import * as Result from "effect/Result"
import { ConfigRejected } from "./ConfigRejected.ts"
import type { AddressPool } from "./DerivedConfig.ts"
import { addressVersion } from "./isAddress.ts"
import { settings } from "./settings.ts"
import type { UserConfig } from "./UserConfig.ts"

/** An address with the length of its network's prefix. */
export const parsePrefix = (text: string) => {
  const [, base, length] = /^([^/]+)\/(\d{1,3})$/.exec(text) ?? []
  const version = addressVersion(base ?? "")
  const prefixLength = Number(length)
  if (base === undefined || version === 0 || prefixLength > (version === 4 ? 32 : 128)) return undefined
  return { base, prefixLength, version }
}

/** Docker's own ranges: 172.17 to 172.31, then 192.168 in sixteenths. */
const docker: ReadonlyArray<AddressPool> = [
  ...Array.from({ length: 15 }, (_, i) => ({ base: `172.${17 + i}.0.0`, prefixLength: 16, size: 16, version: 4 as const })),
  { base: "192.168.0.0", prefixLength: 16, size: 20, version: 4 }
]

const refused = (message: string) =>
  Result.fail(new ConfigRejected({ message, keys: [settings.defaultAddressPools.key] }))

/** `default-address-pools`, parsed; Docker's own if there are none. */
export const addressPools = (user: UserConfig): Result.Result<ReadonlyArray<AddressPool>, ConfigRejected> => {
  if (user.defaultAddressPools.length === 0) return Result.succeed(docker)
  const pools: Array<AddressPool> = []
  for (const { base, size } of user.defaultAddressPools) {
    const prefix = parsePrefix(base)
    if (prefix === undefined) return refused(`invalid base pool "${base}": invalid CIDR address: ${base}`)
    if (size < prefix.prefixLength || size > (prefix.version === 4 ? 32 : 128)) {
      return refused(`invalid pool size ${size} for base pool "${base}"`)
    }
    pools.push({ ...prefix, size })
  }
  return Result.succeed(pools)
}
