import { assert, it } from "@effect/vitest"
import { humanDuration } from "../../../../src/http/wire/humanDuration.ts"

const [minute, hour, day] = [60, 3600, 86_400]

it.each<readonly [seconds: number, text: string]>([
  [-5, "Less than a second"], [0, "Less than a second"], [1, "1 second"], [59, "59 seconds"], [minute, "About a minute"],
  [2 * minute, "2 minutes"], [29 * minute, "29 minutes"], [59 * minute, "59 minutes"], [hour, "About an hour"],
  [3 * hour, "3 hours"], [47 * hour, "47 hours"], [2 * day, "2 days"], [13 * day, "13 days"], [14 * day, "2 weeks"],
  [59 * day, "8 weeks"], [60 * day, "2 months"], [400 * day, "13 months"], [730 * day, "2 years"]
])("%d seconds are %s", (seconds, text) => {
  assert.strictEqual(humanDuration(BigInt(seconds) * 1_000_000_000n), text)
})
