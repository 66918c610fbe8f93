import { assert, describe, it } from "@effect/vitest"
import { Effect, Option } from "effect"
import { TestClock } from "effect/testing"
import * as Timestamp from "../../../src/model/Timestamp.ts"

describe("Timestamp", () => {
  it("writes the fraction without trailing zeros", () => {
    assert.strictEqual(Timestamp.format(1_700_000_000_123_456_789n), "2023-11-14T22:13:20.123456789Z")
    assert.strictEqual(Timestamp.format(1_700_000_000_123_456_000n), "2023-11-14T22:13:20.123456Z")
    assert.strictEqual(Timestamp.format(1_700_000_000_000_000_050n), "2023-11-14T22:13:20.00000005Z")
    assert.strictEqual(Timestamp.format(1_700_000_000_000_000_000n), "2023-11-14T22:13:20Z")
    assert.strictEqual(Timestamp.format(-1n), "1969-12-31T23:59:59.999999999Z")
    assert.strictEqual(Timestamp.format(-62_135_596_800_000_000_000n), "0001-01-01T00:00:00Z")
  })

  it("writes nine digits where one width is wanted", () => {
    assert.strictEqual(Timestamp.formatFixed(1_700_000_000_120_000_000n), "2023-11-14T22:13:20.120000000Z")
  })

  it("agrees with the platform's calendar over four thousand years", () => {
    for (let seconds = -62_135_596_800; seconds < 64_060_588_800; seconds += 12_345_677) {
      const text = new globalThis.Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z")
      assert.strictEqual(Timestamp.format(BigInt(seconds) * 1_000_000_000n), text)
      assert.deepStrictEqual(Timestamp.parse(text), Option.some(BigInt(seconds) * 1_000_000_000n))
    }
  })

  it("reads any zone and any number of digits", () => {
    assert.deepStrictEqual(Timestamp.parse("2023-11-14T23:13:20.5+01:00"), Option.some(1_700_000_000_500_000_000n))
    assert.deepStrictEqual(Timestamp.parse("2023-11-14T21:43:20-00:30"), Option.some(1_700_000_000_000_000_000n))
    assert.deepStrictEqual(Timestamp.parse("2023-11-14T22:13:20.1234567899Z"), Option.some(1_700_000_000_123_456_789n))
  })

  it("refuses what is no time", () => {
    for (const text of ["", "2023-11-14", "2023-13-01T00:00:00Z", "2023-11-14T24:00:00Z", "2023-11-14T22:13:20", "x2023-11-14T22:13:20Z"]) {
      assert.deepStrictEqual(Timestamp.parse(text), Option.none())
    }
  })

  it.effect("tells the clock's time", () =>
    Effect.gen(function*() {
      yield* TestClock.setTime(1_700_000_000_123)
      assert.strictEqual(Timestamp.format(yield* Timestamp.now), "2023-11-14T22:13:20.123Z")
    }))
})
