import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import * as Schema from "effect/Schema"
import { MacAddress } from "../model/MacAddress.ts"

const randomOctets = (count: number) =>
  Effect.replicateEffect(Random.nextIntBetween(0, 255), count)

const hex = (octet: number) => octet.toString(16).padStart(2, "0")

const decodeMac = Schema.decodeSync(MacAddress)

/** A hardware address that nobody was assigned: random, unicast, locally administered (bit 1 of the first octet). */
const randomMac = Effect.map(randomOctets(6), ([first = 0, ...rest]) =>
  decodeMac([(first & 0xfc) | 0x02, ...rest].map(hex).join(":")))

/** A generated address that none of `taken` is; unique on a network if `taken` are that network's. */
export const generateMac = (taken: ReadonlySet<string>): Effect.Effect<MacAddress> =>
  Effect.flatMap(randomMac, (mac) => taken.has(mac) ? generateMac(taken) : Effect.succeed(mac))
