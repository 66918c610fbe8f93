import { Effect } from "effect"
import { readFileSync } from "node:fs"

/** The kernel's USER_HZ, the same on every Linux that Node runs on. */
const millisecondsPerTick = 10

/** User and system time of a process so far; 0 of one that is gone. */
export const cpuMsOf = (pid: number) =>
  Effect.try(() => readFileSync(`/proc/${pid}/stat`, "latin1")).pipe(
    Effect.map((stat) => {
      // Behind the name, which may hold anything, the fields begin with the third.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick
    }),
    Effect.orElseSucceed(() => 0)
  )

/** Resident memory of a process; undefined if it is gone. */
export const residentMiBOf = (pid: number) =>
  Effect.try(() => readFileSync(`/proc/${pid}/status`, "latin1")).pipe(
    Effect.map((status) => Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024),
    Effect.orElseSucceed(() => undefined)
  )
