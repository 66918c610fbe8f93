import type { Metric, Series } from "../harness/Measurements.ts"
import { difference, median, quantile, ratio } from "../harness/statistics.ts"

/** One series, as it is reported. */
export interface Figures {
  readonly median: number
  readonly p95: number
  /** To the first series of the metric, by rounds; absent for the first itself. */
  readonly ratio?: number
  readonly cpuMsPerCall?: number
}

const figuresOf = (series: Series, first: Series): Figures => {
  const values = series.rounds.flat()
  return {
    median: median(values),
    p95: quantile(values, 0.95),
    ...(series === first ? {} : { ratio: ratio(first.rounds, series.rounds) }),
    ...(series.cpuMsPerCall === undefined ? {} : { cpuMsPerCall: series.cpuMsPerCall })
  }
}

export interface MetricRow {
  readonly scenario: string
  readonly name: string
  readonly unit: string
  readonly figures: Readonly<Record<string, Figures>>
}

export const metricRow = ({ name, scenario, series, unit }: Metric): MetricRow => {
  const [first] = series.values()
  return {
    scenario,
    name,
    unit,
    figures: Object.fromEntries([...series].map(([subject, one]) => [subject, figuresOf(one, first ?? one)]))
  }
}

/** What of an operation's time is the engine's own, with one runtime. */
export interface ShareRow {
  readonly operation: string
  readonly runtime: string
  readonly engineMs: number
  readonly floorMs: number
  /** The median of the differences by rounds: not quite the difference of the medians. */
  readonly ownMs: number
  readonly ratio: number
  /** CPU of the engine's own process; where other work disturbs the times, it decides. */
  readonly engineCpuMs?: number
}

export const shareRow = (
  { name, series }: Metric,
  runtime: string,
  names: { readonly engine: string; readonly floor: string }
): ReadonlyArray<ShareRow> => {
  const [engine, floor] = [series.get(names.engine), series.get(names.floor)]
  return engine === undefined || floor === undefined ? [] : [{
    operation: name,
    runtime,
    engineMs: median(engine.rounds.flat()),
    floorMs: median(floor.rounds.flat()),
    ownMs: difference(floor.rounds, engine.rounds),
    ratio: ratio(floor.rounds, engine.rounds),
    ...(engine.cpuMsPerCall === undefined ? {} : { engineCpuMs: engine.cpuMsPerCall })
  }]
}
