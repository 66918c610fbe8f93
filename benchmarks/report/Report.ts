import { availableParallelism, loadavg, release } from "node:os"
import type { Measurements } from "../harness/Measurements.ts"
import { engineWith, floorWith } from "../scenarios/ownShare.ts"
import type { RpcCount } from "../scenarios/rpcCounts.ts"
import { type MetricRow, metricRow, type ShareRow, shareRow } from "./rows.ts"

/** All that a run has to say; `--json` writes it as it is. */
export interface Report {
  readonly machine: { readonly cpus: number; readonly kernel: string; readonly node: string; readonly load: number }
  readonly rounds: number
  readonly metrics: ReadonlyArray<MetricRow>
  readonly share: ReadonlyArray<ShareRow>
  readonly rpcCounts: ReadonlyArray<RpcCount>
  /** Resident memory of each engine's own process at the end, in MiB. */
  readonly residentMiB: Readonly<Record<string, number>>
}

export const makeReport = (
  measurements: Measurements,
  rest: Pick<Report, "rounds" | "rpcCounts" | "residentMiB"> & { readonly runtimes: ReadonlyArray<string> }
): Report => {
  const { residentMiB, rounds, rpcCounts, runtimes } = rest
  const inShare = measurements.metrics.filter(({ scenario }) => scenario === "share")
  return {
    machine: {
      cpus: availableParallelism(),
      kernel: release(),
      node: process.versions.node,
      load: loadavg()[0] ?? 0
    },
    rounds,
    metrics: measurements.metrics.filter(({ scenario }) => scenario !== "share").map(metricRow),
    share: inShare.flatMap((metric) =>
      runtimes.flatMap((runtime) => shareRow(metric, runtime, { engine: engineWith(runtime), floor: floorWith(runtime) }))),
    rpcCounts,
    residentMiB
  }
}
