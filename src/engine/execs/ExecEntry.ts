import * as Effect from "effect/Effect"
import * as SubscriptionRef from "effect/SubscriptionRef"
import type * as Process from "../../containerd/Process.ts"
import * as OutputHub from "../../logs/OutputHub.ts"
import type { ProcessIo } from "../../logs/ProcessIo.ts"
import type { ContainerEntry } from "../containers/ContainerEntry.ts"
import type { ExecView } from "./Execs.ts"

/** All that the engine holds of one exec. */
export interface ExecEntry {
  readonly id: string
  readonly container: ContainerEntry
  readonly view: SubscriptionRef.SubscriptionRef<ExecView>
  readonly hub: OutputHub.OutputHub
  /** Present once it was started. `io` is absent for an exec that nobody attaches to. */
  process: { readonly handle: Process.Process; readonly io: ProcessIo | undefined } | undefined
  /** Milliseconds since the epoch; when it may be forgotten counts from here. */
  endedAtMs: number | undefined
}

export const make = Effect.fnUntraced(function*(container: ContainerEntry, view: ExecView) {
  return {
    id: view.id,
    container,
    view: yield* SubscriptionRef.make(view),
    hub: yield* OutputHub.make,
    process: undefined,
    endedAtMs: undefined
  } satisfies ExecEntry as ExecEntry
})

export const now = (exec: ExecEntry): ExecView => SubscriptionRef.getUnsafe(exec.view)

/** Changes an exec, and the list of running ones that its container shows. */
export const changeExec = Effect.fnUntraced(function*(exec: ExecEntry, changes: Partial<ExecView>) {
  const { id, running } = yield* SubscriptionRef.updateAndGet(exec.view, (view) => ({ ...view, ...changes }))
  yield* SubscriptionRef.update(exec.container.view, (view) =>
    view.execIds.includes(id) === running
      ? view
      : { ...view, execIds: running ? [...view.execIds, id] : view.execIds.filter((other) => other !== id) })
})
