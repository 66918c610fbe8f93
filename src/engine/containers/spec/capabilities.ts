import type { OciCapabilities } from "./OciSpec.ts"

/** In the kernel's order: a capability's number is its index. */
const names = [
  "CHOWN", "DAC_OVERRIDE", "DAC_READ_SEARCH", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID", "SETPCAP",
  "LINUX_IMMUTABLE", "NET_BIND_SERVICE", "NET_BROADCAST", "NET_ADMIN", "NET_RAW", "IPC_LOCK", "IPC_OWNER",
  "SYS_MODULE", "SYS_RAWIO", "SYS_CHROOT", "SYS_PTRACE", "SYS_PACCT", "SYS_ADMIN", "SYS_BOOT", "SYS_NICE",
  "SYS_RESOURCE", "SYS_TIME", "SYS_TTY_CONFIG", "MKNOD", "LEASE", "AUDIT_WRITE", "AUDIT_CONTROL", "SETFCAP",
  "MAC_OVERRIDE", "MAC_ADMIN", "SYSLOG", "WAKE_ALARM", "BLOCK_SUSPEND", "AUDIT_READ", "PERFMON", "BPF",
  "CHECKPOINT_RESTORE"
].map((name) => `CAP_${name}`)

export const defaultCapabilities: ReadonlyArray<string> = [
  "CAP_CHOWN", "CAP_DAC_OVERRIDE", "CAP_FSETID", "CAP_FOWNER", "CAP_MKNOD", "CAP_NET_RAW", "CAP_SETGID", "CAP_SETUID",
  "CAP_SETFCAP", "CAP_SETPCAP", "CAP_NET_BIND_SERVICE", "CAP_SYS_CHROOT", "CAP_KILL", "CAP_AUDIT_WRITE"
]

/** The names of a set as the kernel writes it: bit n is capability n. */
export const capabilityNames = (set: bigint): ReadonlyArray<string> =>
  names.filter((_, number) => ((set >> BigInt(number)) & 1n) === 1n)

const normalize = (name: string): string => {
  const upper = name.toUpperCase()
  return upper === "ALL" || upper.startsWith("CAP_") ? upper : `CAP_${upper}`
}

/** Why a list of `CapAdd` or `CapDrop` is refused; `available` is what the daemon itself may give. */
export const refuseCapabilities = (
  field: "CapAdd" | "CapDrop",
  list: ReadonlyArray<string> | null,
  available: bigint
): string | undefined => {
  for (const name of (list ?? []).map(normalize)) {
    if (name === "ALL" || capabilityNames(available).includes(name)) continue
    return !names.includes(name)
      ? `invalid ${field}: unknown capability: "${name}"`
      : `invalid ${field}: capability not supported by your kernel or not available in the current environment: "${name}"`
  }
  return undefined
}

/** The bounding set that Docker's rules give; `ALL` in `add` wins over `ALL` in `drop`. */
export const boundingCapabilities = (asked: {
  readonly CapAdd: ReadonlyArray<string> | null
  readonly CapDrop: ReadonlyArray<string> | null
  readonly Privileged: boolean
}, available: bigint): ReadonlyArray<string> => {
  const all = capabilityNames(available)
  if (asked.Privileged) return all
  const add = (asked.CapAdd ?? []).map(normalize)
  const drop = (asked.CapDrop ?? []).map(normalize)
  if (add.includes("ALL")) return all.filter((name) => !drop.includes(name))
  const kept = drop.includes("ALL") ? [] : defaultCapabilities.filter((name) => !drop.includes(name))
  return [...new Set([...kept, ...add])]
}

/** The sets of a process. Those of other users than root are empty, as they are after `execve`. */
export const processCapabilities = (bounding: ReadonlyArray<string>, uid: number): OciCapabilities =>
  uid === 0 ? { bounding, effective: bounding, permitted: bounding } : { bounding }
