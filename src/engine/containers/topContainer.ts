import * as Effect from "effect/Effect"
import { containerPids } from "../../host/cgroups.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import { listProcesses } from "../../host/listProcesses.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { ProcessTable } from "./Containers.ts"

/** RPC: 0: the kernel tells. */
export const topContainer = Effect.fn("Containers.top")(function*(reference: string, psArgs: string) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  if (!isRunning(now(entry)) || entry.run === undefined) {
    return yield* new WrongState({ containerId: entry.id, message: `container ${entry.id} is not running` })
  }
  const { cgroups } = yield* HostFacts
  const pids = yield* containerPids(cgroups, entry.run.spec.linux.cgroupsPath)
  const { Processes, Titles } = yield* listProcesses(pids, psArgs).pipe(
    Effect.mapError(({ message }) => new OperationFailed({ operation: "top", message }))
  )
  yield* publishContainerEvent(now(entry), "top")
  return { titles: Titles, processes: Processes } satisfies ProcessTable
})
