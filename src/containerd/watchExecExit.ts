import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { Containerd } from "./Containerd.ts"
import type { Notice } from "./EventFeed.ts"
import { codeKilled, type ExitStatus } from "./ExitStatus.ts"
import * as TaskState from "./TaskState.ts"

/** An exec whose container ended has this long to be told of apart. */
const grace = "1 second"

/**
 * The exit of a process executed in a task, from events alone: holding a call open for each would cost a call.
 * After a break, and at once if `missed` says that it may be over already, containerd is asked one time.
 * A process that goes down with its container unnoticed counts as killed.
 */
export const watchExecExit = Effect.fnUntraced(
  function*(options: {
    readonly containerId: string
    readonly execId: string
    readonly taskExit: Effect.Effect<ExitStatus>
    readonly notices: Queue.Dequeue<Notice>
    readonly missed: boolean
  }): Effect.fn.Return<Effect.Effect<ExitStatus>, never, Containerd | Scope.Scope> {
    const containerd = yield* Containerd
    const exit = yield* Deferred.make<ExitStatus>()
    const settle = (status: ExitStatus) => Effect.asVoid(Deferred.succeed(exit, status))

    const settleKilled = Effect.flatMap(Clock.currentTimeNanos, (now) =>
      settle({ code: codeKilled, exitedAtNanos: now, witness: "none" }))

    const ask = TaskState.get(options.containerId, options.execId).pipe(
      Effect.provideService(Containerd, containerd),
      Effect.flatMap((state) => state.exit === undefined ? Effect.void : settle(state.exit)),
      Effect.catch((error) => error.reason === "NotFound" ? Effect.delay(settleKilled, grace) : Effect.void)
    )

    const hearing = Effect.forever(
      Effect.flatMap(Queue.take(options.notices), (notice) =>
        notice._tag === "Exited" ? settle(notice.exit) : Effect.forkChild(ask))
    )
    const withTask = Effect.flatMap(options.taskExit, (task) =>
      Effect.delay(settle({ code: codeKilled, exitedAtNanos: task.exitedAtNanos, witness: "none" }), grace))

    yield* Effect.raceAllFirst([
      Effect.andThen(options.missed ? Effect.forkChild(ask) : Effect.void, hearing),
      withTask,
      Deferred.await(exit)
    ]).pipe(Effect.forkScoped({ startImmediately: true }))
    return Deferred.await(exit)
  }
)
