import * as Effect from "effect/Effect"
import { HostFacts } from "../../host/HostFacts.ts"
import { type HostConfig, resourceFields } from "../../model/HostConfig.ts"
import { type ContainerEntry, isRunning, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { InvalidRequest, NotBuilt, OperationFailed, WrongState } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { changeRecord } from "./containerState.ts"
import { encodeOci } from "./spec/encodeOci.ts"
import { updateResources } from "./spec/updateResources.ts"
import { validateResources } from "./spec/validateResources.ts"

/** Changes limits, of a running container at once. RPC: 1, or 0 for a container that does not run. */
export const updateContainer = Effect.fn("Containers.update")(function*(reference: string, changes: Partial<HostConfig>) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  if (!["", "no", undefined].includes(changes.RestartPolicy?.Name)) {
    return yield* new NotBuilt({ message: "restart policies are not implemented" })
  }
  return yield* changeLimits(entry, changes).pipe(entry.writer.withPermits(1))
})

const changeLimits = Effect.fnUntraced(function*(entry: ContainerEntry, changes: Partial<HostConfig>) {
  const { record, state } = now(entry)
  if (state.status === "removing" || state.status === "dead") {
    return yield* new WrongState({
      containerId: entry.id,
      message: `Cannot update container ${entry.id}: container is marked for removal and cannot be "update"`
    })
  }
  const checked = validateResources({ ...record.hostConfig, ...givenLimits(changes) }, yield* HostFacts, true)
  if (checked.refusal !== undefined) return yield* new InvalidRequest({ message: checked.refusal })
  const hostConfig = checked.hostConfig
  if (isRunning(now(entry)) && entry.run !== undefined) {
    const limits = yield* updateResources(hostConfig, new Map()).pipe(
      Effect.mapError(({ message }) => new InvalidRequest({ message }))
    )
    yield* entry.run.task.update(encodeOci(limits)).pipe(
      Effect.mapError(({ message }) =>
        new OperationFailed({ operation: "update", message: `Cannot update container ${entry.id}: ${message}` }))
    )
  }
  yield* changeRecord(entry, { ...record, hostConfig })
  yield* publishContainerEvent(now(entry), "update")
  return { warnings: checked.warnings }
})

/** A limit that is zero or absent was not asked for, as in Docker. */
const givenLimits = (changes: Partial<HostConfig>): Partial<HostConfig> =>
  Object.fromEntries(Object.entries(changes).filter(([key, value]) =>
    Object.hasOwn(resourceFields, key) && value !== null && value !== 0 && value !== ""))
