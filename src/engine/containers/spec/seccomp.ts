import * as Effect from "effect/Effect"
import { compileSeccomp } from "./compileSeccomp.ts"
import { hardenSeccomp } from "./hardenSeccomp.ts"
import { InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciSeccomp } from "./OciSpec.ts"
import { decodeSeccompProfile, type SeccompProfile } from "./SeccompProfile.ts"
import type { SecurityOptions } from "./securityOptions.ts"
import type { SpecInput } from "./SpecInput.ts"

/** The filter of a container: none when privileged or unconfined, its own profile as it is, else the built-in one. */
export const seccomp = Effect.fnUntraced(function*(
  { host, record: { hostConfig }, seccomp: builtIn }: Pick<SpecInput, "host" | "record" | "seccomp">,
  security: SecurityOptions,
  capabilities: ReadonlyArray<string>
): Effect.fn.Return<OciSeccomp | undefined, InvalidHostConfig> {
  if (hostConfig.Privileged || security.seccomp === "unconfined") return undefined
  const own = security.seccomp === undefined || security.seccomp === "builtin" ? undefined : security.seccomp
  if (!host.seccomp) {
    if (own === undefined) return undefined
    return yield* new InvalidHostConfig({
      message: "seccomp is not enabled in your kernel, cannot run a custom seccomp profile"
    })
  }
  const profile = own === undefined ? harden(builtIn) : yield* decodeOwnProfile(own)
  if (profile === undefined) return undefined
  return yield* compileSeccomp(profile, { capabilities, architecture: host.architecture, kernel: host.kernelVersion })
})

/** The profile that a client sent in `SecurityOpt`. */
export const decodeOwnProfile = (json: string): Effect.Effect<SeccompProfile, InvalidHostConfig> =>
  Effect.mapError(decodeSeccompProfile(json), (error) =>
    new InvalidHostConfig({ message: `Decoding seccomp profile failed: ${error.message}` }))

const hardened = new WeakMap<SeccompProfile, SeccompProfile>()

const harden = (base: SeccompProfile | undefined): SeccompProfile | undefined => {
  if (base === undefined) return undefined
  const known = hardened.get(base)
  if (known !== undefined) return known
  const made = hardenSeccomp(base)
  hardened.set(base, made)
  return made
}
