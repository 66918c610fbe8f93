import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"

/** Which limits this kernel, with its cgroups mounted as they are, can hold a container to. */
export interface HostLimits {
  readonly memory: boolean
  readonly swap: boolean
  readonly memoryReservation: boolean
  readonly memorySwappiness: boolean
  readonly kernelMemoryTcp: boolean
  readonly oomKillDisable: boolean
  readonly cpuShares: boolean
  readonly cpuCfs: boolean
  readonly cpuRealtime: boolean
  readonly cpuset: boolean
  readonly pids: boolean
  readonly blkioWeight: boolean
  readonly blkioWeightDevice: boolean
  readonly blkioReadBps: boolean
  readonly blkioWriteBps: boolean
  readonly blkioReadIops: boolean
  readonly blkioWriteIops: boolean
}

/** On version 1 each limit is a file of its controller; `mounts` says where each controller is mounted. */
export const limitsOfVersion1 = Effect.fnUntraced(function*(mounts: ReadonlyMap<string, string>) {
  const fs = yield* FileSystem.FileSystem
  const has = (controller: string, file: string) => {
    const at = mounts.get(controller)
    return at === undefined ? Effect.succeed(false) : Effect.orElseSucceed(fs.exists(`${at}/${file}`), () => false)
  }
  return yield* Effect.all({
    memory: Effect.succeed(mounts.has("memory")),
    swap: has("memory", "memory.memsw.limit_in_bytes"),
    memoryReservation: has("memory", "memory.soft_limit_in_bytes"),
    memorySwappiness: has("memory", "memory.swappiness"),
    kernelMemoryTcp: has("memory", "memory.kmem.tcp.limit_in_bytes"),
    oomKillDisable: has("memory", "memory.oom_control"),
    cpuShares: has("cpu", "cpu.shares"),
    cpuCfs: has("cpu", "cpu.cfs_quota_us"),
    cpuRealtime: has("cpu", "cpu.rt_period_us"),
    cpuset: Effect.succeed(mounts.has("cpuset")),
    pids: Effect.succeed(mounts.has("pids")),
    blkioWeight: has("blkio", "blkio.weight"),
    blkioWeightDevice: has("blkio", "blkio.weight_device"),
    blkioReadBps: has("blkio", "blkio.throttle.read_bps_device"),
    blkioWriteBps: has("blkio", "blkio.throttle.write_bps_device"),
    blkioReadIops: has("blkio", "blkio.throttle.read_iops_device"),
    blkioWriteIops: has("blkio", "blkio.throttle.write_iops_device")
  })
})

/** On version 2 a controller has all of its limits; swappiness, OOM switch and realtime are no more. */
export const limitsOfVersion2 = (controllers: ReadonlySet<string>, swap: boolean): HostLimits => ({
  memory: controllers.has("memory"),
  swap: controllers.has("memory") && swap,
  memoryReservation: controllers.has("memory"),
  memorySwappiness: false,
  kernelMemoryTcp: false,
  oomKillDisable: false,
  cpuShares: controllers.has("cpu"),
  cpuCfs: controllers.has("cpu"),
  cpuRealtime: false,
  cpuset: controllers.has("cpuset"),
  pids: controllers.has("pids"),
  blkioWeight: controllers.has("io"),
  blkioWeightDevice: controllers.has("io"),
  blkioReadBps: controllers.has("io"),
  blkioWriteBps: controllers.has("io"),
  blkioReadIops: controllers.has("io"),
  blkioWriteIops: controllers.has("io")
})
