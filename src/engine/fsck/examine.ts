import * as Effect from "effect/Effect"
import { compareContainerd } from "./compareContainerd.ts"
import { compareHost } from "./compareHost.ts"
import { readContainerd } from "./ContainerdReading.ts"
import type { Finding } from "./Finding.ts"
import type { FsckTarget } from "./FsckTarget.ts"
import { readHost } from "./HostReading.ts"
import { readStore, runningOf } from "./StoreReading.ts"

export interface Report {
  readonly findings: ReadonlyArray<Finding>
  /** Why containerd could not be asked; absent if it could. */
  readonly containerdUnasked?: string
}

/** One look at everything. What is under way at the moment shows as a finding too. */
const look = Effect.fnUntraced(function*(target: FsckTarget) {
  const store = yield* readStore()
  const snapshotters = new Set([target.snapshotter, ...[...store.containers.values()].map(({ record }) => record.snapshotter)])
  const host = yield* readHost(target)
  const containerd = yield* Effect.result(readContainerd([...snapshotters], runningOf(store)))
  const findings = compareHost(target, store, host)
  return containerd._tag === "Success"
    ? { findings: [...compareContainerd(store, containerd.success), ...findings] }
    : { findings, containerdUnasked: containerd.failure._tag === "TimeoutError" ? "no answer" : containerd.failure.message }
})

const key = ({ invariant, subject, message }: Finding) => `${invariant} ${subject} ${message}`

/**
 * Compares an engine's store with containerd and the host, changing nothing. An engine at work changes all three while
 * they are read: only what is there at a second look, a moment later, is told.
 */
export const examine = Effect.fn("fsck.examine")(function*(target: FsckTarget) {
  const first = yield* look(target)
  if (first.findings.length === 0) return first
  yield* Effect.sleep("500 millis")
  const second = yield* look(target)
  const before = new Set(first.findings.map(key))
  return { ...second, findings: second.findings.filter((finding) => before.has(key(finding))) }
})
