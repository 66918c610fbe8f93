import * as Effect from "effect/Effect"
import type { HostConfig } from "../../../model/HostConfig.ts"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciResources, OciThrottle } from "./OciSpec.ts"
import type { SpecInput } from "./SpecInput.ts"

/** 100 ms in microseconds: the scheduler's period in which a share of CPUs is counted. */
const nanoCpuPeriod = 100_000

/** The limits of a container but for its devices. */
export const resources = Effect.fnUntraced(function*(
  { blockDevices, hostConfig }: { readonly blockDevices: SpecInput["blockDevices"]; readonly hostConfig: HostConfig }
): Effect.fn.Return<OciResources, InvalidHostConfig> {
  const pids = pidsLimit(hostConfig.PidsLimit)
  const blockIO = yield* blockLimits(hostConfig, blockDevices)
  return {
    ...part("memory", memoryLimits(hostConfig)),
    ...part("cpu", cpuLimits(hostConfig)),
    ...(pids === undefined ? {} : { pids: { limit: pids } }),
    ...part("blockIO", blockIO)
  }
})

/** Leaves out what would be empty: runtimes write what they are given. */
const part = <K extends string, V extends object>(key: K, value: V): { readonly [P in K]?: V } | {} =>
  Object.keys(value).length === 0 ? {} : { [key]: value }

type Memory = Pick<HostConfig, "Memory" | "MemoryReservation" | "MemorySwap" | "MemorySwappiness" | "OomKillDisable">

export const memoryLimits = (asked: Memory): NonNullable<OciResources["memory"]> => ({
  ...(asked.Memory > 0 ? { limit: asked.Memory } : {}),
  ...(asked.MemoryReservation > 0 ? { reservation: asked.MemoryReservation } : {}),
  ...(asked.MemorySwap > 0 ? { swap: asked.MemorySwap } : {}),
  ...(asked.MemorySwappiness === null || asked.MemorySwappiness < 0 ? {} : { swappiness: asked.MemorySwappiness }),
  // False is the kernel's own choice; written, it would need a file that not every kernel has.
  ...(asked.OomKillDisable === true ? { disableOOMKiller: true } : {})
})

type Cpu = Pick<
  HostConfig,
  "CpuPeriod" | "CpuQuota" | "CpuRealtimePeriod" | "CpuRealtimeRuntime" | "CpuShares" | "CpusetCpus" | "CpusetMems" | "NanoCpus"
>

export const cpuLimits = (asked: Cpu): NonNullable<OciResources["cpu"]> => ({
  ...(asked.CpuShares > 0 ? { shares: asked.CpuShares } : {}),
  ...(asked.NanoCpus > 0
    ? { period: nanoCpuPeriod, quota: Math.floor(asked.NanoCpus / 1e9 * nanoCpuPeriod) }
    : {
      ...(asked.CpuPeriod === 0 ? {} : { period: asked.CpuPeriod }),
      ...(asked.CpuQuota === 0 ? {} : { quota: asked.CpuQuota })
    }),
  ...(asked.CpuRealtimePeriod === 0 ? {} : { realtimePeriod: asked.CpuRealtimePeriod }),
  ...(asked.CpuRealtimeRuntime === 0 ? {} : { realtimeRuntime: asked.CpuRealtimeRuntime }),
  ...(asked.CpusetCpus === "" ? {} : { cpus: asked.CpusetCpus }),
  ...(asked.CpusetMems === "" ? {} : { mems: asked.CpusetMems })
})

/** `null` leaves the limit alone; 0 and less take it away. */
export const pidsLimit = (asked: number | null): number | undefined =>
  asked === null ? undefined : asked <= 0 ? -1 : asked

type Block = Pick<
  HostConfig,
  | "BlkioDeviceReadBps" | "BlkioDeviceReadIOps" | "BlkioDeviceWriteBps" | "BlkioDeviceWriteIOps" | "BlkioWeight"
  | "BlkioWeightDevice"
>

/** The paths whose device numbers `blockLimits` needs. */
export const blockPaths = (asked: Block): ReadonlyArray<string> => [
  ...new Set([
    ...(asked.BlkioWeightDevice ?? []), ...(asked.BlkioDeviceReadBps ?? []), ...(asked.BlkioDeviceWriteBps ?? []),
    ...(asked.BlkioDeviceReadIOps ?? []), ...(asked.BlkioDeviceWriteIOps ?? [])
  ].map(({ Path }) => Path))
]

export const blockLimits = Effect.fnUntraced(function*(
  asked: Block,
  known: SpecInput["blockDevices"]
): Effect.fn.Return<NonNullable<OciResources["blockIO"]>, InvalidHostConfig> {
  const numbers = (path: string) => {
    const device = known.get(path)
    return device === undefined ? invalid(`no such device: ${path}`) : Effect.succeed(device)
  }
  const throttles = (list: Block["BlkioDeviceReadBps"]): Effect.Effect<ReadonlyArray<OciThrottle>, InvalidHostConfig> =>
    Effect.forEach(list ?? [], ({ Path, Rate }) => Effect.map(numbers(Path), (device) => ({ ...device, rate: Rate })))
  const weights = yield* Effect.forEach(asked.BlkioWeightDevice ?? [], ({ Path, Weight }) =>
    Effect.map(numbers(Path), (device) => ({ ...device, weight: Weight })))
  const readBps = yield* throttles(asked.BlkioDeviceReadBps)
  const writeBps = yield* throttles(asked.BlkioDeviceWriteBps)
  const readIops = yield* throttles(asked.BlkioDeviceReadIOps)
  const writeIops = yield* throttles(asked.BlkioDeviceWriteIOps)
  return {
    ...(asked.BlkioWeight > 0 ? { weight: asked.BlkioWeight } : {}),
    ...(weights.length === 0 ? {} : { weightDevice: weights }),
    ...(readBps.length === 0 ? {} : { throttleReadBpsDevice: readBps }),
    ...(writeBps.length === 0 ? {} : { throttleWriteBpsDevice: writeBps }),
    ...(readIops.length === 0 ? {} : { throttleReadIOPSDevice: readIops }),
    ...(writeIops.length === 0 ? {} : { throttleWriteIOPSDevice: writeIops })
  }
})
