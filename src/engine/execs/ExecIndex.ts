import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ExecEntry } from "./ExecEntry.ts"
import { NoSuchExec } from "./Execs.ts"

/** Docker's clients ask for the exit code after the stream has ended: an exec is kept for as long as this. */
const keptMs = 10 * 60 * 1000

/** Every exec that runs, waits for its start, or ended a while ago. */
export class ExecIndex extends Context.Service<ExecIndex, {
  find(execId: string): Effect.Effect<ExecEntry, NoSuchExec>
  /** Forgets those that ended long ago. */
  add(exec: ExecEntry): Effect.Effect<void>
  /** Forgets the execs of a container that was removed. */
  removeOf(containerId: string): Effect.Effect<void>
}>()("gantry/engine/ExecIndex") {
  static readonly layer = Layer.sync(this, () => {
    const byId = new Map<string, ExecEntry>()
    return ExecIndex.of({
      find: (execId) => Effect.suspend(() => {
        const exec = byId.get(execId)
        return exec === undefined ? Effect.fail(new NoSuchExec({ execId })) : Effect.succeed(exec)
      }),
      add: (exec) => Effect.map(Clock.currentTimeMillis, (nowMs) => {
        // In the order of their creation, so the old ones come first.
        for (const [id, { endedAtMs }] of byId) {
          if (endedAtMs === undefined) continue
          if (nowMs - endedAtMs < keptMs) break
          byId.delete(id)
        }
        byId.set(exec.id, exec)
      }),
      removeOf: (containerId) => Effect.sync(() => {
        for (const [id, { container }] of byId) if (container.id === containerId) byId.delete(id)
      })
    })
  })
}
