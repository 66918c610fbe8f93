import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { HostMounts } from "../../host/HostMounts.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { EngineHome } from "../EngineHome.ts"
import { step } from "../step.ts"
import { now } from "./ContainerEntry.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { runningContainer } from "./runningContainer.ts"
import { joinedContainer } from "./spec/namespaceModes.ts"

/** Where the `/dev/shm` lies that others may join: a tmpfs on the host, for as long as its container runs. */
const shmDirectory = (home: EngineHome["Service"], id: string) => `${home.execRoot}/shm/${id}`

/** The source of a `/dev/shm` that is not the container's alone; absent: it gets one of its own, inside. */
export const sharedMemory = Effect.fnUntraced(function*({ hostConfig: { IpcMode }, id }: ContainerRecord) {
  const home = yield* EngineHome
  if (IpcMode === "shareable") return shmDirectory(home, id)
  const reference = joinedContainer(IpcMode)
  if (reference === undefined) return undefined
  const donor = yield* runningContainer(reference, "IPC")
  const donorMode = now(donor).record.hostConfig.IpcMode
  if (donorMode === "host") return "/dev/shm"
  if (donorMode === "shareable") return shmDirectory(home, donor.id)
  return yield* new InvalidRequest({
    message: `cannot join IPC namespace of container ${donor.id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)`
  })
})

/** Mounts what others may join; undone if the start fails. */
export const mountSharedMemory = Effect.fnUntraced(function*({ hostConfig, id }: ContainerRecord) {
  if (hostConfig.IpcMode !== "shareable") return
  const mounts = yield* HostMounts
  const directory = shmDirectory(yield* EngineHome, id)
  yield* step(mounts.mountShm(directory, hostConfig.ShmSize), () => unmountSharedMemory(id))
})

/** Idempotent. */
export const unmountSharedMemory = Effect.fnUntraced(function*(id: string) {
  const home = yield* EngineHome
  const fs = yield* FileSystem.FileSystem
  yield* (yield* HostMounts).unmount(shmDirectory(home, id))
  yield* fs.remove(shmDirectory(home, id), { recursive: true, force: true })
})
