import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { resolvConfPath } from "./renderResolvConf.ts"

/** The host's own name files, for containers that share or inherit them. A file that is absent counts as empty. */
export interface HostNameFiles {
  readonly hosts: string
  readonly hostname: string
  /** With the resolvers themselves, not systemd-resolved's stub: for containers with a network of their own. */
  readonly resolvConf: string
  /** As it stands, stub and all: for mode `host`, where the stub can be reached. */
  readonly ownResolvConf: string
}

export const readHostNameFiles = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const read = (path: string) =>
    fs.readFileString(path).pipe(Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed("")))

  const [hosts, hostname, ownResolvConf] = yield* Effect.all([
    read("/etc/hosts"),
    read("/proc/sys/kernel/hostname"),
    read("/etc/resolv.conf")
  ])
  const path = resolvConfPath(ownResolvConf)
  const resolvConf = path === "/etc/resolv.conf" ? ownResolvConf : yield* read(path)
  return { hosts, hostname, resolvConf, ownResolvConf } satisfies HostNameFiles
})
