import * as Effect from "effect/Effect"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciSeccomp, OciSyscall } from "./OciSpec.ts"
import type { SeccompCondition, SeccompProfile, SeccompRule } from "./SeccompProfile.ts"

interface Circumstances {
  /** The container's bounding set. */
  readonly capabilities: ReadonlyArray<string>
  /** Go's name, such as `amd64`. */
  readonly architecture: string
  /** Such as `6.18.44-amd64`. */
  readonly kernel: string
}

/** The runtime's form of a profile: each condition on the circumstances decided, what does not apply left out. */
export const compileSeccomp = (
  profile: SeccompProfile,
  circumstances: Circumstances
): Effect.Effect<OciSeccomp, InvalidHostConfig> => {
  const asked = profile.architectures ?? []
  const map = profile.archMap ?? []
  if (asked.length > 0 && map.length > 0) {
    return invalid("both 'architectures' and 'archMap' are specified in the seccomp profile, use either " +
      "'architectures' or 'archMap'")
  }
  const rules = profile.syscalls ?? []
  if (rules.some((rule) => (rule.name ?? "") !== "" && (rule.names ?? []).length > 0)) {
    return invalid("both 'name' and 'names' are specified in the seccomp profile, use either 'name' or 'names'")
  }
  const own = map.find(({ architecture }) => architecture === seccompArchitectures[circumstances.architecture])
  const architectures = own === undefined ? asked : [own.architecture, ...(own.subArchitectures ?? [])]
  return Effect.succeed({
    defaultAction: profile.defaultAction,
    ...(profile.defaultErrnoRet == null ? {} : { defaultErrnoRet: profile.defaultErrnoRet }),
    ...(architectures.length === 0 ? {} : { architectures }),
    ...(profile.flags == null ? {} : { flags: profile.flags }),
    syscalls: rules.filter((rule) => applies(rule, circumstances)).map(compileRule)
  })
}

const seccompArchitectures: Readonly<Record<string, string>> = {
  "386": "SCMP_ARCH_X86",
  amd64: "SCMP_ARCH_X86_64",
  arm: "SCMP_ARCH_ARM",
  arm64: "SCMP_ARCH_AARCH64",
  loong64: "SCMP_ARCH_LOONGARCH64",
  mips64: "SCMP_ARCH_MIPS64",
  mips64le: "SCMP_ARCH_MIPSEL64",
  ppc64le: "SCMP_ARCH_PPC64LE",
  riscv64: "SCMP_ARCH_RISCV64",
  s390x: "SCMP_ARCH_S390X"
}

const applies = ({ excludes, includes }: SeccompRule, now: Circumstances): boolean =>
  !excluded(excludes ?? {}, now) && included(includes ?? {}, now)

const excluded = ({ arches, caps, minKernel }: SeccompCondition, now: Circumstances): boolean =>
  (arches ?? []).includes(now.architecture) ||
  (caps ?? []).some((name) => now.capabilities.includes(name)) ||
  (minKernel != null && minKernel !== "" && kernelAtLeast(now.kernel, minKernel))

const included = ({ arches, caps, minKernel }: SeccompCondition, now: Circumstances): boolean =>
  ((arches ?? []).length === 0 || (arches ?? []).includes(now.architecture)) &&
  (caps ?? []).every((name) => now.capabilities.includes(name)) &&
  (minKernel == null || minKernel === "" || kernelAtLeast(now.kernel, minKernel))

const kernelAtLeast = (kernel: string, least: string): boolean => {
  const [major = 0, minor = 0] = kernel.split(/[^0-9]/).map(Number)
  const [leastMajor = 0, leastMinor = 0] = least.split(".").map(Number)
  return major > leastMajor || (major === leastMajor && minor >= leastMinor)
}

const compileRule = (rule: SeccompRule): OciSyscall => ({
  names: rule.names ?? (rule.name == null ? [] : [rule.name]),
  action: rule.action,
  ...(rule.errnoRet == null ? {} : { errnoRet: rule.errnoRet }),
  ...((rule.args ?? []).length === 0 ? {} : {
    args: (rule.args ?? []).map(({ index, op, value, valueTwo }) =>
      ({ index, op, value, ...(valueTwo == null ? {} : { valueTwo }) }))
  })
})
