import * as Effect from "effect/Effect"
import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import { OperationFailed } from "../containers/ContainerFailures.ts"

/** containerd's failures become the operation's. */
export const failAs = (operation: string) => <A, E, R>(effect: Effect.Effect<A, E | ContainerdError, R>) =>
  Effect.catchIf(
    effect,
    isContainerdError,
    (error) => Effect.fail(new OperationFailed({ operation, message: error.message }))
  )

const isContainerdError = (error: unknown): error is ContainerdError =>
  typeof error === "object" && error !== null && "_tag" in error && error._tag === "ContainerdError"
