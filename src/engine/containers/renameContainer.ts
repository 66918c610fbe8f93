import * as Effect from "effect/Effect"
import { now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { parseContainerName } from "./containerName.ts"
import { changeRecord } from "./containerState.ts"
import { step } from "../step.ts"

export const renameContainer = Effect.fn("Containers.rename")(function*(reference: string, newName: string) {
  if (reference === "" || newName === "") {
    return yield* new InvalidRequest({ message: "Neither old nor new names may be empty" })
  }
  const index = yield* ContainerIndex
  const entry = yield* index.find(reference)
  const name = yield* parseContainerName(newName)
  yield* Effect.gen(function*() {
    const { record } = now(entry)
    if (record.name === name) {
      return yield* new InvalidRequest({ message: "Renaming a container with the same name as its current name" })
    }
    yield* step(index.reserveName(name, entry.id), () => index.releaseName(name, entry.id))
    yield* changeRecord(entry, { ...record, name })
    yield* index.releaseName(record.name, entry.id)
    yield* publishContainerEvent(now(entry), "rename", { oldName: `/${record.name}` })
  }).pipe(Effect.scoped, entry.writer.withPermits(1))
})
