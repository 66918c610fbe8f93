import * as Effect from "effect/Effect"
import { layeredRead } from "../../host/layeredRead.ts"
import type { PathFailed } from "../../host/openAt.ts"
import { RootFs } from "../../host/RootFs.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { resolveUser, type UserFiles } from "./spec/resolveUser.ts"

/** Who a container's process runs as, by the files of its root file system, which is not mounted yet. */
export const containerUser = Effect.fnUntraced(function*({ config, hostConfig, rootfs }: ContainerRecord) {
  const files = yield* readUserFiles((path) => layeredRead(rootfs, path))
  return yield* resolveUser(config.User, hostConfig.GroupAdd, files).pipe(
    Effect.mapError(({ message }) => new InvalidRequest({ message }))
  )
})

/** Who a process of a running container runs as, by the files that it would see itself. */
export const runningUser = Effect.fnUntraced(function*(pid: number, user: string, groupAdd: ReadonlyArray<string> | null) {
  const rootFs = yield* RootFs
  const root = yield* rootFs.openProcess(pid)
  const files = yield* readUserFiles((path) => rootFs.readSmall(root, path))
  return yield* resolveUser(user, groupAdd, files)
}, Effect.scoped, Effect.mapError(({ message }) => new InvalidRequest({ message })))

/** A file that is not there, or cannot be read, says nothing. */
const readUserFiles = <R>(read: (path: string) => Effect.Effect<Uint8Array, PathFailed, R>) => {
  const text = (path: string) =>
    read(path).pipe(Effect.map((bytes) => new TextDecoder().decode(bytes)), Effect.orElseSucceed(() => ""))
  return Effect.all({ passwd: text("/etc/passwd"), group: text("/etc/group") }) satisfies Effect.Effect<UserFiles, never, R>
}
