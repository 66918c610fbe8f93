import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import type { ContainerState } from "../../model/ContainerState.ts"

/**
 * A container as a reader sees it, at one moment. Immutable: as long as nothing changed, the same value is given
 * again, so that what was encoded from it can be kept beside it.
 */
export interface ContainerView {
  readonly record: ContainerRecord
  readonly state: ContainerState
  /** Execs that run now. */
  readonly execIds: ReadonlyArray<string>
}
