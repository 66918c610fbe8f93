import type { Report } from "./Report.ts"
import type { Figures } from "./rows.ts"

/** Three digits that count, as the values are too uncertain for more. */
const short = (value: number): string =>
  Math.abs(value) >= 100 ? value.toFixed(0) : Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2)

/** Cells in columns; the first to the left, the others to the right. */
const aligned = (rows: ReadonlyArray<ReadonlyArray<string>>): ReadonlyArray<string> => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  return rows.map((row) =>
    row.map((cell, column) => column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)).join("  "))
}

const cell = (figures: Figures | undefined): ReadonlyArray<string> =>
  figures === undefined ? ["-", "", "", ""] : [
    short(figures.median),
    short(figures.p95),
    figures.cpuMsPerCall === undefined ? "" : short(figures.cpuMsPerCall),
    figures.ratio === undefined ? "" : `x${figures.ratio.toFixed(2)}`
  ]

const metricTable = ({ metrics }: Report): ReadonlyArray<string> => {
  const subjects = [...new Set(metrics.flatMap(({ figures }) => Object.keys(figures)))]
  const head = ["", ...subjects.flatMap((subject) => [subject, "p95", "CPU-ms", "ratio"])]
  return aligned([head, ...metrics.map(({ figures, name, unit }) =>
    [`${name}, ${unit}`, ...subjects.flatMap((subject) => cell(figures[subject]))])])
}

const shareTable = ({ share }: Report): ReadonlyArray<string> =>
  aligned([
    ["", "gantry", "containerd", "own share", "ratio", "own CPU-ms"],
    ...share.map(({ engineCpuMs, engineMs, floorMs, operation, ownMs, ratio, runtime }) => [
      `${operation}, ${runtime}, ms`, short(engineMs), short(floorMs), short(ownMs), `x${ratio.toFixed(2)}`,
      engineCpuMs === undefined ? "" : short(engineCpuMs)
    ])
  ])

const titled = (title: string, lines: ReadonlyArray<string>) => lines.length === 0 ? [] : ["", title, ...lines]

/** The report as text, in tables. */
export const printReport = (report: Report): string => {
  const { cpus, kernel, load, node } = report.machine
  return [
    `${cpus} CPUs, load ${load.toFixed(1)}, Linux ${kernel}, Node ${node}; ${report.rounds} rounds, interleaved`,
    ...titled("Medians; ratios to the first column, by rounds; CPU of the engine's own process", report.metrics.length === 0 ? [] : metricTable(report)),
    ...titled("The engine's own share: Gantry beside the bare calls to containerd", report.share.length === 0 ? [] : shareTable(report)),
    ...titled("Calls to containerd before the answer", report.rpcCounts.map(({ calls, operation }) => `${operation}: ${calls}`)),
    ...titled("Resident memory of the engine's own process", Object.entries(report.residentMiB).map(([name, mib]) => `${name}: ${mib.toFixed(0)} MiB`))
  ].join("\n")
}
