import type { OciRlimit } from "./OciSpec.ts"

interface Ulimit {
  readonly Name: string
  readonly Hard: number
  readonly Soft: number
}

const types = new Set([
  "as", "core", "cpu", "data", "fsize", "locks", "memlock", "msgqueue", "nice", "nofile", "nproc", "rss", "rtprio",
  "rttime", "sigpending", "stack"
])

/** Why limits are refused, in the words of the clients, which check the same. */
export const refuseUlimits = (asked: ReadonlyArray<Ulimit> | null): string | undefined => {
  for (const { Hard, Name, Soft } of asked ?? []) {
    if (!types.has(Name)) return `invalid ulimit type: ${Name}`
    if (Hard !== -1 && (Soft === -1 || Soft > Hard)) {
      return `ulimit soft limit must be less than or equal to hard limit: ${Soft} > ${Hard}`
    }
  }
  return undefined
}

/** The container's limits, and the daemon's for those it does not set. -1 is unlimited: `RLIM_INFINITY`. */
export const rlimits = (
  asked: ReadonlyArray<Ulimit> | null,
  defaults: ReadonlyArray<Ulimit>
): ReadonlyArray<OciRlimit> =>
  [...new Map([...defaults, ...(asked ?? [])].map((limit) => [limit.Name, limit])).values()].map((limit) => ({
    type: `RLIMIT_${limit.Name.toUpperCase()}`,
    soft: BigInt.asUintN(64, BigInt(limit.Soft)),
    hard: BigInt.asUintN(64, BigInt(limit.Hard))
  }))
