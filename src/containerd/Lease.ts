import { randomUUID } from "node:crypto"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as Scope from "effect/Scope"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { Leases } from "./generated/leases_pb.ts"
import * as HostProcess from "./HostProcess.ts"

/** Marks the leases that are an engine's, with which of them it is: this process, or one that is no more. */
const label = "gantry/lease"
const owner = `${process.pid}-${HostProcess.own().startedTicks}-${randomUUID()}`
const lifetimeMillis = 24 * 60 * 60 * 1000

/**
 * A lease for as long as the scope: what is made under it is kept from the garbage collector, and is collected with
 * it unless something else refers to it by then. When the scope has closed, the collection is over. RPC: 1, then 1.
 */
export const hold = Effect.fn("Lease.hold")(
  function*(id: string): Effect.fn.Return<string, ContainerdError, Containerd | Scope.Scope> {
    const containerd = yield* Containerd
    // If we die, the lease must not outlive its use by much.
    const expiry = DateTime.makeUnsafe((yield* Clock.currentTimeMillis) + lifetimeMillis)
    yield* Effect.acquireRelease(
      containerd.unary(Leases.method.create, {
        id,
        labels: { [label]: owner, "containerd.io/gc.expire": DateTime.formatIso(expiry) }
      }),
      () =>
        containerd.unary(Leases.method.delete, { id, sync: true }, { timeout: "60 seconds" }).pipe(
          Effect.ignore({ log: "Warn" })
        )
    )
    return id
  }
)

/** Removes the leases that an engine left which did not come to its end. RPC: 1, and 1 each. */
export const removeLeft = Effect.fn("Lease.removeLeft")(
  function*(): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    const { leases } = yield* containerd.unary(Leases.method.list, { filters: [`labels."${label}",labels."${label}"!=${owner}`] })
    yield* Stream.runForEach(Stream.fromIterable(leases), ({ id }) =>
      containerd.unary(Leases.method.delete, { id, sync: false }))
  }
)

export interface LeaseInfo {
  readonly id: string
  /** Whether the engine that took it is there still. */
  readonly ownerLives: boolean
}

/** All leases of our namespace. RPC: 1. */
export const list: Effect.Effect<ReadonlyArray<LeaseInfo>, ContainerdError, Containerd> = Effect.gen(function*() {
  const containerd = yield* Containerd
  const { leases } = yield* containerd.unary(Leases.method.list, {})
  return yield* Effect.forEach(leases, ({ id, labels }) => {
    const [pid, startedTicks] = (labels[label] ?? "").split("-").map(Number)
    return pid === undefined || startedTicks === undefined
      ? Effect.succeed({ id, ownerLives: false })
      : Effect.map(HostProcess.alive({ pid, startedTicks }), (ownerLives) => ({ id, ownerLives }))
  })
})
