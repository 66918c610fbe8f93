import { assert, describe, it } from "@effect/vitest"
import { difference, median, quantile, ratio } from "../../../benchmarks/harness/statistics.ts"

describe("statistics of the benchmarks", () => {
  it("interpolates quantiles between neighbours, whatever the order", () => {
    assert.strictEqual(quantile([4, 1, 3, 2, 5], 0.5), 3)
    assert.strictEqual(median([4, 1]), 2.5)
    assert.strictEqual(quantile([10, 0], 0.95), 9.5)
    assert.strictEqual(quantile([7], 0.95), 7)
    assert.isNaN(median([]))
  })

  it("compares two subjects round by round, so that a slow round slows both", () => {
    const base = [[1, 1, 1], [10, 10, 10], [1, 2, 1]]
    const other = [[2, 2, 2], [20, 20, 20], [2, 2, 2]]
    assert.strictEqual(ratio(base, other), 2)
    assert.strictEqual(difference(base, other), 1)
  })

  it("leaves out rounds in which one of the two has nothing", () => {
    assert.strictEqual(ratio([[], [2]], [[5], [6]]), 3)
    assert.strictEqual(difference([[1], [2]], [[], [6], [9]]), 4)
  })
})
