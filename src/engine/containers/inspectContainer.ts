import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { Networks } from "../../network/Networks.ts"
import { EngineHome } from "../EngineHome.ts"
import { Images } from "../images/Images.ts"
import { isRunning, now } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { ContainerInspection } from "./ContainerInspection.ts"
import type { ContainerView } from "./ContainerView.ts"
import { networkMode } from "./networkMode.ts"
import { networkFiles } from "./writeNetworkFiles.ts"

/** RPC: 0. */
export const inspectContainer = Effect.fn("Containers.inspect")(function*(reference: string) {
  const view = now(yield* (yield* ContainerIndex).find(reference))
  return {
    view,
    files: view.state.generation === 0 ? undefined : networkFiles(yield* EngineHome, yield* ownerOfFiles(view)),
    sandbox: isRunning(view) ? yield* sandboxOf(view) : undefined,
    manifest: yield* manifestOf(view)
  } satisfies ContainerInspection as ContainerInspection
})

/** A container that shares another's network shares the files that speak of it. */
const ownerOfFiles = Effect.fnUntraced(function*({ record }: ContainerView) {
  const mode = networkMode(record.hostConfig)
  if (mode.kind !== "container") return record.id
  const index = yield* ContainerIndex
  return yield* index.find(mode.reference).pipe(
    Effect.map(({ id }) => id),
    Effect.orElseSucceed(() => record.id)
  )
})

const sandboxOf = Effect.fnUntraced(function*({ record }: ContainerView) {
  const attachment = yield* (yield* Networks).attachmentOf(record.id)
  return Option.match(attachment, {
    onNone: () => undefined,
    onSome: ({ netnsPath, sandboxId }) => ({ id: sandboxId, path: netnsPath })
  })
})

const manifestOf = Effect.fnUntraced(function*({ record }: ContainerView) {
  const images = yield* Images
  const manifests = yield* images.inspect(record.imageId).pipe(
    Effect.map(({ manifests }) => manifests),
    Effect.orElseSucceed(() => [])
  )
  const found = manifests.find(({ descriptor }) => descriptor.digest === record.imageManifest)
  return found === undefined ? undefined : { ...found.descriptor, platform: record.platform }
})
