import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import { parseMountinfo } from "./mountinfo.ts"
import { runTool, type ToolFailed } from "./runTool.ts"

/** Mounts on the host that a container's run needs. */
export class HostMounts extends Context.Service<HostMounts, {
  /** Mounts a `/dev/shm` that several containers can share, making the directory. One that is mounted already stays. */
  mountShm(directory: string, bytes: number): Effect.Effect<void, ToolFailed>
  /** Takes away the mount at a directory, however busy; none there is no failure. */
  unmount(directory: string): Effect.Effect<void, ToolFailed>
  /** The mount points at or below a directory, the innermost first. */
  below(directory: string): Effect.Effect<ReadonlyArray<string>>
}>()("gantry/host/HostMounts") {
  static readonly layer = Layer.effect(this, Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem

    const below = Effect.fn("HostMounts.below")((directory: string) =>
      Effect.map(Effect.orElseSucceed(fs.readFileString("/proc/self/mountinfo"), () => ""), (text) =>
        parseMountinfo(text).map(({ mountPoint }) => mountPoint)
          .filter((mountPoint) => mountPoint === directory || mountPoint.startsWith(`${directory}/`))
          .toReversed())
    )

    const mounted = (directory: string) => Effect.map(below(directory), (points) => points.includes(directory))

    return HostMounts.of({
      below,
      mountShm: Effect.fn("HostMounts.mountShm")(function*(directory, bytes) {
        if (yield* mounted(directory)) return
        yield* runTool("mkdir", ["-p", "-m", "0700", directory])
        const options = `nosuid,noexec,nodev,mode=1777,size=${bytes}`
        yield* runTool("mount", ["-t", "tmpfs", "-o", options, "shm", directory])
      }, Effect.uninterruptible),
      unmount: Effect.fn("HostMounts.unmount")(function*(directory) {
        if (yield* mounted(directory)) yield* runTool("umount", ["--lazy", directory])
      }, Effect.uninterruptible)
    })
  }))
}
