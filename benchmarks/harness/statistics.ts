/** The value below which a share `q` (0 to 1) of the values lies, interpolated between neighbours. NaN of nothing. */
export const quantile = (values: ReadonlyArray<number>, q: number): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const place = (sorted.length - 1) * q
  const low = sorted[Math.floor(place)] ?? NaN
  const high = sorted[Math.ceil(place)] ?? NaN
  return low + (high - low) * (place - Math.floor(place))
}

export const median = (values: ReadonlyArray<number>): number => quantile(values, 0.5)

/** Samples by the round in which they were taken: what two subjects did in one round, they did on the same machine. */
export type Rounds = ReadonlyArray<ReadonlyArray<number>>

const pairs = (base: Rounds, other: Rounds) =>
  base.flatMap((samples, round) => {
    const others = other[round] ?? []
    return samples.length === 0 || others.length === 0 ? [] : [{ base: median(samples), other: median(others) }]
  })

/** How many times `base` the other is: the median of what the rounds say, each for itself. */
export const ratio = (base: Rounds, other: Rounds): number =>
  median(pairs(base, other).map((pair) => pair.other / pair.base))

/** By how much the other exceeds `base`, again round by round. */
export const difference = (base: Rounds, other: Rounds): number =>
  median(pairs(base, other).map((pair) => pair.other - pair.base))
