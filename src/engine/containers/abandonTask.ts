import * as Effect from "effect/Effect"
import * as Task from "../../containerd/Task.ts"
import { SIGKILL } from "../../model/Signal.ts"
import { surelyGone } from "../gone.ts"

/** Ends a container's task and makes containerd forget it, however far it came. RPC: 2 at least. */
export const abandonTask = Effect.fn("Containers.abandonTask")(function*(containerId: string) {
  yield* Effect.ignore(Task.kill(containerId, SIGKILL))
  yield* surelyGone(Task.reap(containerId))
})
