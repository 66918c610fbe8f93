import { Effect } from "effect"
import { readdirSync, readFileSync, readlinkSync } from "node:fs"
import { busyboxVariant, dockerArchive } from "../../test/support/testImages.ts"
import { imageTag, openEngine } from "./Engine.ts"

/** The inode of the socket that listens at a path. */
const inodeOf = (socketPath: string): string | undefined =>
  readFileSync("/proc/net/unix", "latin1").split("\n").map((line) => line.trim().split(/\s+/))
    .find((fields) => fields[7] === socketPath && fields[5] === "01")?.[6]

const holds = (pid: string, socket: string): boolean => {
  try {
    return readdirSync(`/proc/${pid}/fd`).some((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`) === socket)
  } catch {
    // It ended meanwhile.
    return false
  }
}

/** Who listens; undefined if that is in another namespace. The service manager may hold the socket as well. */
const listenerOf = (socketPath: string): number | undefined => {
  const inode = inodeOf(socketPath)
  if (inode === undefined) return undefined
  const pid = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== "1")
    .find((pid) => holds(pid, `socket:[${inode}]`))
  return pid === undefined ? undefined : Number(pid)
}

/** Another engine, by its address: `unix:///path`. It gets our image, which goes again with the scope. */
export const openRival = Effect.fnUntraced(function*(name: string, address: string) {
  const socketPath = address.replace(/^unix:\/\//, "")
  const pid = yield* Effect.sync(() => listenerOf(socketPath))
  const engine = yield* openEngine({ name, socketPath, pid })
  yield* Effect.acquireRelease(
    engine.client.request("POST", "/images/load?quiet=1", { body: dockerArchive(busyboxVariant(imageTag)) }),
    () => Effect.ignore(engine.client.request("DELETE", `/images/${imageTag}?force=1`))
  )
  return engine
})
