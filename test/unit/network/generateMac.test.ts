import { assert, describe, it } from "@effect/vitest"
import { Effect, Random } from "effect"
import { randomId } from "../../../src/model/randomId.ts"
import { generateMac } from "../../../src/network/generateMac.ts"

describe("generateMac", () => {
  it.effect("gives a thousand addresses that are unicast, locally administered and different", () =>
    Effect.gen(function*() {
      const taken = new Set<string>()
      for (let n = 0; n < 1000; n++) taken.add(yield* generateMac(taken))
      assert.strictEqual(taken.size, 1000)
      for (const mac of taken) assert.match(mac, /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
    }))

  it.effect("tries again when the address is taken", () =>
    Effect.gen(function*() {
      const first = yield* Random.withSeed(generateMac(new Set()), "seed")
      const other = yield* Random.withSeed(generateMac(new Set([first])), "seed")
      assert.notStrictEqual(other, first)
    }))
})

describe("randomId", () => {
  it.effect("has 64 hexadecimal digits", () =>
    Effect.map(randomId, (id) => assert.match(id, /^[0-9a-f]{64}$/)))
})
