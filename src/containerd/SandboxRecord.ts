import * as Effect from "effect/Effect"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { Store } from "./generated/sandbox_pb.ts"

/**
 * A record in containerd's sandbox store with a container's id. It runs nothing. While it is there, containerd
 * keeps the shim of a container that exited while containerd was down, and with it the exit status, instead of
 * cleaning it away as leaked. RPC: 1.
 */
export const create = Effect.fn("SandboxRecord.create")(
  function*(containerId: string, runtimeName: string): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Store.method.create, {
      sandbox: { sandboxId: containerId, runtime: { name: runtimeName } }
    })
  }
)

/** RPC: 1. */
export const remove = Effect.fn("SandboxRecord.remove")(
  function*(containerId: string): Effect.fn.Return<void, ContainerdError, Containerd> {
    const containerd = yield* Containerd
    yield* containerd.unary(Store.method.delete, { sandboxId: containerId })
  }
)

/** The ids that have a record. RPC: 1. */
export const list: Effect.Effect<ReadonlyArray<string>, ContainerdError, Containerd> = Effect.gen(function*() {
  const containerd = yield* Containerd
  const reply = yield* containerd.unary(Store.method.list, {})
  return reply.list.map((sandbox) => sandbox.sandboxId)
})
