import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as Container from "../../containerd/Container.ts"
import type { ResolvedRuntime } from "../../model/ResolvedRuntime.ts"
import type { RuntimeLaunch } from "../../runtimes/Runtimes.ts"
import { gone } from "../gone.ts"
import { type ContainerEntry, now } from "./ContainerEntry.ts"
import { changeRecord, changeState } from "./containerState.ts"
import { encodeOci } from "./spec/encodeOci.ts"
import type { OciSpec } from "./spec/OciSpec.ts"

/**
 * Makes containerd's record of a container say what its next run needs. The record stays between runs: nothing is
 * written when nothing changed. RPC: 1 the first time, else 0; 1 for another specification, 2 for another runtime,
 * which containerd cannot change in place.
 */
export const registerContainer = Effect.fnUntraced(function*(
  entry: ContainerEntry,
  runtime: { readonly resolved: ResolvedRuntime; readonly launch: RuntimeLaunch },
  spec: OciSpec
) {
  const { record, state } = now(entry)
  const json = encodeOci(spec)
  const specDigest = yield* (yield* Digest.Digest).digestHex(Digest.sha256, new TextEncoder().encode(json))
  const { registered } = state
  const sameRuntime = registered !== null && Equal.equals(registered.runtime, runtime.resolved)
  if (sameRuntime && registered.specDigest === specDigest) return
  if (sameRuntime) {
    yield* Container.withId(entry.id).updateSpec(json)
  } else {
    if (registered !== null) yield* unregister(entry)
    yield* register({
      id: entry.id,
      snapshotter: record.snapshotter,
      snapshotKey: entry.id,
      runtime: {
        name: runtime.launch.shim,
        ...(runtime.launch.runc === undefined ? {} : { options: runtime.launch.runc })
      },
      spec: json
    })
  }
  if (!Equal.equals(record.runtime, runtime.resolved)) yield* changeRecord(entry, { ...record, runtime: runtime.resolved })
  yield* changeState(entry, { registered: { runtime: runtime.resolved, specDigest } })
})

const unregister = Effect.fnUntraced(function*(entry: ContainerEntry) {
  yield* gone(Container.withId(entry.id).delete)
  yield* changeState(entry, { registered: null })
})

/** The store does not know of a record until it is made for certain, so a failure must not leave one. */
const register = (options: Container.CreateOptions) => {
  const { delete: remove } = Container.withId(options.id)
  const create = Container.create(options)
  return create.pipe(
    // Left by an attempt whose undoing failed as well.
    Effect.catchIf(({ reason }) => reason === "AlreadyExists", () => Effect.andThen(gone(remove), create)),
    Effect.tapError(() => Effect.ignore(gone(remove), { log: "Warn" })),
    Effect.uninterruptible
  )
}
