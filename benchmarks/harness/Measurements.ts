import type { Rounds } from "./statistics.ts"

/** What a value counts; of milliseconds less is better, of a rate more. */
export type Unit = "ms" | "lines/s" | "lines" | "MiB"

/** The values of one subject for one metric. */
export interface Series {
  /** By round; the metric's unit. */
  readonly rounds: Rounds
  /** CPU of the engine's own process (not containerd's, nor a runtime's); absent where it was not looked at. */
  readonly cpuMsPerCall: number | undefined
}

export interface Metric {
  readonly scenario: string
  readonly name: string
  readonly unit: Unit
  readonly series: ReadonlyMap<string, Series>
}

interface Collected {
  readonly rounds: Array<Array<number>>
  cpuMs: number
  calls: number
}

/** All that a run has measured, in the order in which the metrics first appeared. */
export class Measurements {
  readonly #metrics = new Map<string, {
    readonly scenario: string
    readonly name: string
    readonly unit: Unit
    readonly series: Map<string, Collected>
  }>()

  #collected(at: Place): Collected {
    const key = `${at.scenario}\0${at.name}`
    const metric = this.#metrics.get(key) ?? { scenario: at.scenario, name: at.name, unit: at.unit, series: new Map() }
    this.#metrics.set(key, metric)
    const collected = metric.series.get(at.subject) ?? { rounds: [], cpuMs: 0, calls: 0 }
    metric.series.set(at.subject, collected)
    return collected
  }

  add(at: Place, round: number, value: number): void {
    const { rounds } = this.#collected(at)
    while (rounds.length <= round) rounds.push([])
    rounds[round]?.push(value)
  }

  /** The kernel counts in hundredths of a second: only the sum over all rounds says something. */
  addCpu(at: Place, calls: number, cpuMs: number): void {
    const collected = this.#collected(at)
    collected.cpuMs += cpuMs
    collected.calls += calls
  }

  get metrics(): ReadonlyArray<Metric> {
    return [...this.#metrics.values()].map((metric) => ({
      ...metric,
      series: new Map([...metric.series].map(([subject, { calls, cpuMs, rounds }]) =>
        [subject, { rounds, cpuMsPerCall: calls === 0 ? undefined : cpuMs / calls }]))
    }))
  }
}

/** Which series a value belongs to. */
export interface Place {
  readonly scenario: string
  readonly name: string
  readonly unit: Unit
  readonly subject: string
}
