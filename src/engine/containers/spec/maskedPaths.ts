import type { HostConfig } from "../../../model/HostConfig.ts"

const masked = [
  "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
  "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
  "/sys/firmware"
]

const readonly = ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"]

/**
 * The paths of `/proc` and `/sys` that a container does not see or cannot write. `null` asks for the defaults, which
 * are none when privileged; `[]` asks for none.
 */
export const hiddenPaths = (
  hostConfig: Pick<HostConfig, "MaskedPaths" | "Privileged" | "ReadonlyPaths">,
  host: { readonly thermalThrottlePaths: ReadonlyArray<string> }
): { readonly maskedPaths: ReadonlyArray<string>; readonly readonlyPaths: ReadonlyArray<string> } => ({
  maskedPaths: hostConfig.MaskedPaths ?? (hostConfig.Privileged ? [] : [...masked, ...host.thermalThrottlePaths]),
  readonlyPaths: hostConfig.ReadonlyPaths ?? (hostConfig.Privileged ? [] : readonly)
})
