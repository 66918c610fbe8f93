import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import type * as Scope from "effect/Scope"
import { Containerd } from "./Containerd.ts"
import { type ContainerdError, isConnectionLoss } from "./ContainerdError.ts"
import type { Notice } from "./EventFeed.ts"
import { codeKilled, codeUnknown, type ExitStatus, told } from "./ExitStatus.ts"
import { Tasks } from "./generated/tasks_pb.ts"
import * as TaskState from "./TaskState.ts"

/** How long one witness waits for a better one. */
const grace = "1 second"

/**
 * The exit of one run of a container: one `Tasks.Wait`, held open from now on and issued anew when the
 * connection broke, with events as second witness. Applied once; the first that is to be believed wins.
 * Closing the scope ends the watch.
 */
export const watchExit = Effect.fnUntraced(
  function*(
    containerId: string,
    pid: number,
    notices: Queue.Dequeue<Notice>
  ): Effect.fn.Return<Effect.Effect<ExitStatus>, never, Containerd | Scope.Scope> {
    const containerd = yield* Containerd
    const exit = yield* Deferred.make<ExitStatus>()
    const fromEvent = yield* Deferred.make<ExitStatus>()

    const settle = (status: ExitStatus) => Effect.asVoid(Deferred.succeed(exit, status))

    /** containerd has forgotten the task: an event may have told its code, or may be about to. */
    const settleForgotten = Effect.fnUntraced(function*(code: number) {
      const now = yield* Clock.currentTimeNanos
      yield* settle(
        yield* Effect.timeoutOrElse(Deferred.await(fromEvent), {
          duration: grace,
          orElse: () => Effect.succeed<ExitStatus>({ code, exitedAtNanos: now, witness: "none" })
        })
      )
    })

    const waiting = (shimFailed: boolean): Effect.Effect<void> =>
      containerd.unary(Tasks.method.wait, { containerId }, { held: true }).pipe(
        Effect.flatMap((reply) => settle(told("wait", reply))),
        Effect.catch((error: ContainerdError) =>
          error.reason === "NotFound"
            // A shim that died took its container along: containerd sees to that.
            ? settleForgotten(shimFailed ? codeKilled : codeUnknown)
            : Effect.delay(waiting(shimFailed || !isConnectionLoss(error)), "50 millis"))
      )

    /**
     * An event alone is not believed while the Wait is open, for shims repeat themselves. It usually comes
     * together with the Wait's reply; where it does not, containerd is asked.
     */
    const verify = (status: ExitStatus) =>
      TaskState.get(containerId, "").pipe(
        Effect.provideService(Containerd, containerd),
        Effect.flatMap((state) => state.status === "stopped" ? settle(status) : Effect.void),
        Effect.catch((error) => error.reason === "NotFound" ? settle(status) : Effect.void),
        Effect.delay(grace)
      )

    /** A list leaves out tasks whose shim is slow: only "not found" says that one is gone. */
    const askAfterBreak = TaskState.get(containerId, "").pipe(
      Effect.provideService(Containerd, containerd),
      Effect.asVoid,
      Effect.catch((error) => error.reason === "NotFound" ? settleForgotten(codeUnknown) : Effect.void)
    )

    const hear = (notice: Notice): Effect.Effect<void> => {
      if (notice._tag === "Relisted") {
        const task = notice.tasks.find((task) => task.containerId === containerId)
        if (task === undefined) return askAfterBreak
        return task.pid === pid && task.exit !== undefined ? settle(task.exit) : Effect.void
      }
      // The exit of an earlier run under the same id.
      if (notice.pid !== pid) return Effect.void
      return Effect.andThen(Deferred.succeed(fromEvent, notice.exit), verify(notice.exit))
    }
    const hearing = Effect.forever(Effect.flatMap(Queue.take(notices), hear))

    yield* Effect.raceFirst(Effect.raceFirst(waiting(false), hearing), Deferred.await(exit)).pipe(
      Effect.forkScoped({ startImmediately: true })
    )
    return Deferred.await(exit)
  }
)
