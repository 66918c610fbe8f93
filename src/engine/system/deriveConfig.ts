import * as Effect from "effect/Effect"
import { addressPools } from "../../config/addressPools.ts"
import { ConfigRejected } from "../../config/ConfigRejected.ts"
import type { DerivedConfig } from "../../config/DerivedConfig.ts"
import type { UserConfig } from "../../config/UserConfig.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import { loadSeccompProfile } from "../../host/loadSeccompProfile.ts"
import { stackPath } from "../../host/stackPath.ts"
import { resolveRuntimes } from "../../runtimes/resolveRuntimes.ts"
import { snapshotterOf } from "./snapshotterOf.ts"

const driverOption = "native.cgroupdriver="

/** What follows from a configuration on this machine. Everything that can fail about it, fails here. */
export const deriveConfig = Effect.fn("Config.derive")(function*(user: UserConfig) {
  const host = yield* HostFacts
  const driver = user.execOpts.findLast((option) => option.startsWith(driverOption))?.slice(driverOption.length)
  const systemdCgroup = (driver ?? host.cgroupDriver) === "systemd"
  const configured = yield* resolveRuntimes({
    definitions: user.runtimes,
    defaultRuntime: user.defaultRuntime,
    systemdCgroup,
    hybridCgroups: host.cgroups.crunNeedsUnshare,
    searchPath: yield* stackPath
  }).pipe(Effect.mapError(({ message }) => new ConfigRejected({ message, keys: ["runtimes", "default-runtime"] })))
  const pools = yield* Effect.fromResult(addressPools(user))
  const profile = ["", "builtin", "default", "unconfined"].includes(user.seccompProfile)
    ? {}
    : {
      seccompProfile: yield* Effect.mapError(
        loadSeccompProfile(user.seccompProfile),
        ({ message }) => new ConfigRejected({ message, keys: ["seccomp-profile"] })
      )
    }
  const derived: DerivedConfig = {
    ...configured,
    runtimeRoot: user.execRoot,
    systemdCgroup,
    defaultCgroupnsMode: user.defaultCgroupnsMode ?? (host.cgroups.version === 2 ? "private" : "host"),
    addressPools: pools,
    snapshotter: snapshotterOf(user),
    ...profile
  }
  return derived
})
