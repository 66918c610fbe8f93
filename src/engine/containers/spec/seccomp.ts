import * as Effect from "effect/Effect"
import { compileSeccomp } from "./compileSeccomp.ts"
import { InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciSeccomp } from "./OciSpec.ts"
import { decodeSeccompProfile, type SeccompProfile } from "./SeccompProfile.ts"
import type { SecurityOptions } from "./securityOptions.ts"
import type { SpecInput } from "./SpecInput.ts"

/** The filter of a container: its own profile, else the daemon's, which a privileged container is spared. */
export const seccomp = Effect.fnUntraced(function*(
  { host, record: { hostConfig }, seccomp: ofDaemon }: Pick<SpecInput, "host" | "record" | "seccomp">,
  security: SecurityOptions,
  capabilities: ReadonlyArray<string>
): Effect.fn.Return<OciSeccomp | undefined, InvalidHostConfig> {
  if (security.seccomp === "unconfined") return undefined
  const own = security.seccomp === undefined || security.seccomp === "builtin" ? undefined : security.seccomp
  if (own !== undefined && !host.seccomp) {
    return yield* new InvalidHostConfig({
      message: "seccomp is not enabled in your kernel, cannot run a custom seccomp profile"
    })
  }
  const fallBack = hostConfig.Privileged || !host.seccomp ? undefined : ofDaemon
  const profile = own === undefined ? fallBack : yield* decodeOwnProfile(own)
  if (profile === undefined) return undefined
  return yield* compileSeccomp(profile, { capabilities, architecture: host.architecture, kernel: host.kernelVersion })
})

/** The profile that a client sent in `SecurityOpt`. */
export const decodeOwnProfile = (json: string): Effect.Effect<SeccompProfile, InvalidHostConfig> =>
  Effect.mapError(decodeSeccompProfile(json), (error) =>
    new InvalidHostConfig({ message: `Decoding seccomp profile failed: ${error.message}` }))
