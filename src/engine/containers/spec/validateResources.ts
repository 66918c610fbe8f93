import type { HostFacts } from "../../../host/HostFacts.ts"
import type { HostConfig } from "../../../model/HostConfig.ts"
import { refuseCpuset } from "./cpuset.ts"

type Limits = HostFacts["Service"]["limits"]

/** What a check leaves of a request: what of it the kernel can do, with a word on what it cannot; or why not at all. */
export interface Checked {
  readonly hostConfig: HostConfig
  readonly warnings: ReadonlyArray<string>
  readonly refusal: string | undefined
}

type Host = Pick<HostFacts["Service"], "cpuSet" | "cpus" | "limits" | "memoryNodes">

/** A limit that is dropped, with a warning, where the kernel lacks it. */
interface Discard {
  readonly when: (asked: HostConfig, limits: Limits) => boolean
  readonly warning?: (asked: HostConfig) => string | undefined
  readonly change: Partial<HostConfig>
}

/** A limit that cannot be. */
type Refusal = (asked: HostConfig, host: Host, update: boolean) => string | undefined

const discard = (when: Discard["when"], text: string, change: Partial<HostConfig>): Discard =>
  ({ when, warning: () => text, change })

const memoryMin = 6 * 1024 ** 2

/** In Docker's order, since the first refusal is the one that is told, and a limit dropped is not judged. */
const steps: ReadonlyArray<Discard | Refusal> = [
  { when: (asked) => asked.MemorySwappiness === -1, change: { MemorySwappiness: null } },
  ({ Memory }) => Memory !== 0 && Memory < memoryMin ? "Minimum memory limit allowed is 6MB" : undefined,
  discard((asked, { memory }) => asked.Memory > 0 && !memory,
    "Your kernel does not support memory limit capabilities or the cgroup is not mounted. Limitation discarded.",
    { Memory: 0, MemorySwap: -1 }),
  discard((asked, { swap }) => asked.Memory > 0 && asked.MemorySwap !== -1 && !swap,
    "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
    { MemorySwap: -1 }),
  ({ Memory, MemorySwap }) =>
    Memory > 0 && MemorySwap > 0 && MemorySwap < Memory
      ? "Minimum memoryswap limit should be larger than memory limit, see usage"
      : undefined,
  ({ Memory, MemorySwap }, _host, update) =>
    Memory === 0 && MemorySwap > 0 && !update
      ? "You should always set the Memory limit when using Memoryswap limit, see usage"
      : undefined,
  discard((asked, { memorySwappiness }) => asked.MemorySwappiness !== null && !memorySwappiness,
    "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
    { MemorySwappiness: null }),
  ({ MemorySwappiness: value }) =>
    value !== null && (value < 0 || value > 100) ? `Invalid value: ${value}, valid memory swappiness range is 0-100` : undefined,
  discard((asked, { memoryReservation }) => asked.MemoryReservation > 0 && !memoryReservation,
    "Your kernel does not support memory soft limit capabilities or the cgroup is not mounted. Limitation discarded.",
    { MemoryReservation: 0 }),
  ({ MemoryReservation }) =>
    MemoryReservation > 0 && MemoryReservation < memoryMin ? "Minimum memory reservation allowed is 6MB" : undefined,
  ({ Memory, MemoryReservation }) =>
    Memory > 0 && MemoryReservation > 0 && Memory < MemoryReservation
      ? "Minimum memory limit can not be less than memory reservation limit, see usage"
      : undefined,
  {
    when: (asked, { oomKillDisable }) => asked.OomKillDisable !== null && !oomKillDisable,
    warning: (asked) => asked.OomKillDisable === true ? "Your kernel does not support OomKillDisable. OomKillDisable discarded." : undefined,
    change: { OomKillDisable: null }
  },
  discard((asked) => asked.OomKillDisable === true && asked.Memory === 0,
    "OOM killer is disabled for the container, but no memory limit is set, this can result in the system running out of resources.",
    {}),
  {
    when: (asked, { pids }) => asked.PidsLimit !== null && !pids,
    warning: (asked) =>
      (asked.PidsLimit ?? 0) > 0
        ? "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded."
        : undefined,
    change: { PidsLimit: null }
  },
  ({ CpuPeriod, NanoCpus }) =>
    NanoCpus > 0 && CpuPeriod > 0 ? "Conflicting options: Nano CPUs and CPU Period cannot both be set" : undefined,
  ({ CpuQuota, NanoCpus }) =>
    NanoCpus > 0 && CpuQuota > 0 ? "Conflicting options: Nano CPUs and CPU Quota cannot both be set" : undefined,
  ({ NanoCpus }, { limits }) =>
    NanoCpus > 0 && !limits.cpuCfs
      ? "NanoCPUs can not be set, as your kernel does not support CPU CFS scheduler or the cgroup is not mounted"
      : undefined,
  ({ NanoCpus }, { cpus }) =>
    NanoCpus < 0 || NanoCpus > cpus * 1e9
      ? `range of CPUs is from 0.01 to ${cpus}.00, as there are only ${cpus} CPUs available`
      : undefined,
  ({ CpuRealtimePeriod, CpuRealtimeRuntime }, { limits }) =>
    (CpuRealtimePeriod !== 0 || CpuRealtimeRuntime !== 0) && !limits.cpuRealtime
      ? "kernel does not support CPU real-time scheduler"
      : undefined,
  ({ CpuRealtimePeriod, CpuRealtimeRuntime }) =>
    CpuRealtimePeriod !== 0 && CpuRealtimeRuntime > CpuRealtimePeriod
      ? "cpu real-time runtime cannot be higher than cpu real-time period"
      : undefined,
  ({ CpuShares }, { limits }) =>
    CpuShares < 0 && limits.cpuShares ? `invalid CPU shares (${CpuShares}): value must be a positive integer` : undefined,
  discard((asked, { cpuShares }) => asked.CpuShares > 0 && !cpuShares,
    "Your kernel does not support CPU shares or the cgroup is not mounted. Shares discarded.",
    { CpuShares: 0 }),
  discard((asked, { cpuCfs }) => (asked.CpuPeriod !== 0 || asked.CpuQuota !== 0) && !cpuCfs,
    "Your kernel does not support CPU CFS scheduler. CPU period/quota discarded.",
    { CpuPeriod: 0, CpuQuota: 0 }),
  ({ CpuPeriod }) =>
    CpuPeriod !== 0 && (CpuPeriod < 1000 || CpuPeriod > 1_000_000)
      ? "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"
      : undefined,
  ({ CpuQuota }) => CpuQuota > 0 && CpuQuota < 1000 ? "CPU cfs quota can not be less than 1ms (i.e. 1000)" : undefined,
  discard((asked) => asked.CpuPercent > 0, "linux does not support CPU percent. Percent discarded.", { CpuPercent: 0 }),
  discard((asked, { cpuset }) => (asked.CpusetCpus !== "" || asked.CpusetMems !== "") && !cpuset,
    "Your kernel does not support cpuset or the cgroup is not mounted. Cpuset discarded.",
    { CpusetCpus: "", CpusetMems: "" }),
  ({ CpusetCpus }, { cpuSet }) => refuseCpuset("cpus", CpusetCpus, cpuSet),
  ({ CpusetMems }, { memoryNodes }) => refuseCpuset("mems", CpusetMems, memoryNodes),
  discard((asked, { blkioWeight }) => asked.BlkioWeight > 0 && !blkioWeight,
    "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
    { BlkioWeight: 0 }),
  ({ BlkioWeight }) =>
    BlkioWeight !== 0 && (BlkioWeight < 10 || BlkioWeight > 1000) ? "Range of blkio weight is from 10 to 1000" : undefined,
  ({ IOMaximumBandwidth }) =>
    IOMaximumBandwidth !== 0 ? "invalid option: QoS maximum bandwidth configuration is not supported on linux" : undefined,
  ({ IOMaximumIOps }) =>
    IOMaximumIOps !== 0 ? "invalid option: QoS maximum IOPs configuration is not supported on linux" : undefined,
  discard((asked, { blkioWeightDevice }) => (asked.BlkioWeightDevice ?? []).length > 0 && !blkioWeightDevice,
    "Your kernel does not support Block I/O weight_device or the cgroup is not mounted. Weight-device discarded.",
    { BlkioWeightDevice: [] }),
  discard((asked, { blkioReadBps }) => (asked.BlkioDeviceReadBps ?? []).length > 0 && !blkioReadBps,
    "Your kernel does not support BPS Block I/O read limit or the cgroup is not mounted. Block I/O BPS read limit discarded.",
    { BlkioDeviceReadBps: [] }),
  discard((asked, { blkioWriteBps }) => (asked.BlkioDeviceWriteBps ?? []).length > 0 && !blkioWriteBps,
    "Your kernel does not support BPS Block I/O write limit or the cgroup is not mounted. Block I/O BPS write limit discarded.",
    { BlkioDeviceWriteBps: [] }),
  discard((asked, { blkioReadIops }) => (asked.BlkioDeviceReadIOps ?? []).length > 0 && !blkioReadIops,
    "Your kernel does not support IOPS Block read limit or the cgroup is not mounted. Block I/O IOPS read limit discarded.",
    { BlkioDeviceReadIOps: [] }),
  discard((asked, { blkioWriteIops }) => (asked.BlkioDeviceWriteIOps ?? []).length > 0 && !blkioWriteIops,
    "Your kernel does not support IOPS Block write limit or the cgroup is not mounted. Block I/O IOPS write limit discarded.",
    { BlkioDeviceWriteIOps: [] })
]

/** Checks the limits of a create, or of an `update`, against what this host can do. */
export const validateResources = (hostConfig: HostConfig, host: Host, update: boolean): Checked => {
  const warnings: Array<string> = []
  let left = hostConfig
  for (const step of steps) {
    if (typeof step === "function") {
      const refusal = step(left, host, update)
      if (refusal !== undefined) return { hostConfig: left, warnings, refusal }
    } else if (step.when(left, host.limits)) {
      const warning = step.warning?.(left)
      if (warning !== undefined) warnings.push(warning)
      left = { ...left, ...step.change }
    }
  }
  return { hostConfig: left, warnings, refusal: undefined }
}
