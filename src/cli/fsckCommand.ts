import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { UserConfig } from "../config/UserConfig.ts"
import { Containerd } from "../containerd/Containerd.ts"
import { examine, type Report } from "../engine/fsck/examine.ts"
import type { FsckTarget } from "../engine/fsck/FsckTarget.ts"
import { snapshotterOf } from "../engine/system/snapshotterOf.ts"
import { defaultHostInterface } from "../network/defaultBridge.ts"
import { ContainerTable } from "../store/ContainerTable.ts"
import { Database } from "../store/Database.ts"
import { EventTable } from "../store/EventTable.ts"
import { ExecTable } from "../store/ExecTable.ts"
import { IntentTable } from "../store/IntentTable.ts"
import { configOrigin, originFlags } from "./configOrigin.ts"
import { loadConfig } from "./loadConfig.ts"

/** Something is where it should not be, or could not be looked at. */
export class NotClean extends Schema.TaggedError<NotClean>()("NotClean", { message: Schema.String }) {}

const targetOf = (user: UserConfig): FsckTarget => ({
  dataRoot: user.dataRoot,
  execRoot: user.execRoot,
  namespace: user.containerdNamespace,
  address: user.containerdAddress?.replace(/^unix:\/\//, "") ?? `${user.execRoot}/containerd/containerd.sock`,
  snapshotter: snapshotterOf(user),
  bridge: user.bridge ?? defaultHostInterface
})

/** Connections of its own: nothing that the engine believes is taken over. */
export const layerFsck = ({ address, dataRoot, namespace }: FsckTarget) =>
  Layer.mergeAll(ContainerTable.layer, ExecTable.layer, EventTable.layer, IntentTable.layer).pipe(
    Layer.provide(Database.layer(`${dataRoot}/gantry.db`, { readOnly: true })),
    Layer.merge(Containerd.layerAt({ address, namespace }))
  )

const text = ({ containerdUnasked, findings }: Report): string => {
  const rows = findings.map(({ invariant, message, subject }) => `${invariant.padEnd(4)} ${subject}: ${message}`)
  const unasked = containerdUnasked === undefined ? [] : [`containerd could not be asked: ${containerdUnasked}`]
  return [...rows, ...unasked, ...(rows.length + unasked.length === 0 ? ["clean"] : [])].join("\n")
}

const flags = {
  ...originFlags,
  json: Flag.Boolean("json").pipe(Flag.withoutNegation, Flag.withDefault(false), Flag.withDescription("Print findings as JSON"))
}

/** `gantry fsck`: whether the store, containerd and the host agree. Changes nothing; the engine may run meanwhile. */
export const fsckCommand = Command.make("fsck", flags, Effect.fnUntraced(function*(given) {
  const { user } = yield* loadConfig(yield* configOrigin(given))
  const target = targetOf(user)
  const fs = yield* FileSystem.FileSystem
  if (!(yield* fs.exists(`${target.dataRoot}/gantry.db`))) {
    return yield* new NotClean({ message: `no engine has been at work in ${target.dataRoot}` })
  }
  const report = yield* Effect.provide(examine(target), layerFsck(target))
  yield* Console.log(given.json ? JSON.stringify(report) : text(report))
  const { length } = report.findings
  if (length > 0) return yield* new NotClean({ message: length === 1 ? "one finding" : `${length} findings` })
  if (report.containerdUnasked !== undefined) return yield* new NotClean({ message: "containerd could not be asked" })
})).pipe(Command.withDescription("Compare the store with containerd and the host, and tell what is left over or missing"))
