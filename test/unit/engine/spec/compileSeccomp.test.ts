import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { compileSeccomp } from "../../../../src/engine/containers/spec/compileSeccomp.ts"
import { hardenSeccomp } from "../../../../src/engine/containers/spec/hardenSeccomp.ts"
import { decodeSeccompProfile, type SeccompProfile } from "../../../../src/engine/containers/spec/SeccompProfile.ts"

const here = { capabilities: ["CAP_CHOWN"], architecture: "amd64", kernel: "6.1.0-18-amd64" }
const allow = "SCMP_ACT_ALLOW"

const names = (profile: SeccompProfile, circumstances = here) =>
  Effect.map(compileSeccomp(profile, circumstances), ({ syscalls }) => syscalls.flatMap((rule) => rule.names))

describe("a seccomp profile", () => {
  it.effect.each([
    [{ includes: { caps: ["CAP_CHOWN"] } }, true],
    [{ includes: { caps: ["CAP_CHOWN", "CAP_KILL"] } }, false],
    [{ excludes: { caps: ["CAP_CHOWN", "CAP_KILL"] } }, false],
    [{ excludes: { caps: ["CAP_KILL"] } }, true],
    [{ includes: { arches: ["arm64", "amd64"] } }, true],
    [{ includes: { arches: ["arm64"] } }, false],
    [{ excludes: { arches: ["amd64"] } }, false],
    [{ includes: { minKernel: "4.8" } }, true],
    [{ includes: { minKernel: "6.1" } }, true],
    [{ includes: { minKernel: "6.2" } }, false],
    [{ includes: { minKernel: "5.19" } }, true],
    [{ excludes: { minKernel: "5.0" } }, false],
    [{ includes: {}, excludes: {} }, true]
  ] as const)("with %j applies here: %s", ([condition, applies]) =>
    Effect.gen(function*() {
      const profile: SeccompProfile = { defaultAction: "SCMP_ACT_ERRNO", syscalls: [{ names: ["read"], action: allow, ...condition }] }
      assert.deepStrictEqual(yield* names(profile), applies ? ["read"] : [])
    }))

  it.effect("is written for this architecture and those within it", () =>
    Effect.gen(function*() {
      const profile: SeccompProfile = {
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrnoRet: 38,
        archMap: [
          { architecture: "SCMP_ARCH_AARCH64", subArchitectures: ["SCMP_ARCH_ARM"] },
          { architecture: "SCMP_ARCH_X86_64", subArchitectures: ["SCMP_ARCH_X86"] }
        ],
        syscalls: [{ name: "read", action: allow, args: [{ index: 0, value: 1, valueTwo: null, op: "SCMP_CMP_EQ" }] }]
      }
      assert.deepStrictEqual(yield* compileSeccomp(profile, here), {
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrnoRet: 38,
        architectures: ["SCMP_ARCH_X86_64", "SCMP_ARCH_X86"],
        syscalls: [{ names: ["read"], action: allow, args: [{ index: 0, value: 1, op: "SCMP_CMP_EQ" }] }]
      })
      const both = yield* Effect.flip(compileSeccomp({ ...profile, architectures: ["SCMP_ARCH_X86"] }, here))
      assert.match(both.message, /^both 'architectures' and 'archMap' are specified/)
    }))

  it.effect("is read as Docker and Podman write it", () =>
    Effect.gen(function*() {
      const profile = yield* decodeSeccompProfile(JSON.stringify({
        defaultAction: "SCMP_ACT_ERRNO",
        defaultErrno: "ENOSYS",
        syscalls: [{ names: ["read"], action: allow, args: null, comment: "", includes: {}, excludes: {}, errno: "" }]
      }))
      assert.deepStrictEqual(yield* names(profile), ["read"])
      yield* Effect.flip(decodeSeccompProfile("{\"syscalls\":[]}"))
    }))

  it.effect("that is hardened has our rules alone for the calls they are about", () =>
    Effect.gen(function*() {
      const base: SeccompProfile = {
        defaultAction: "SCMP_ACT_ERRNO",
        syscalls: [{ names: ["read", "unshare", "socket", "keyctl", "io_uring_setup", "clone3"], action: allow }]
      }
      const { syscalls } = yield* compileSeccomp(hardenSeccomp(base), here)
      assert.deepStrictEqual(syscalls[0], { names: ["read"], action: allow })
      const open = new Set(syscalls.filter(({ action, args }) => action === allow && args === undefined).flatMap((rule) => rule.names))
      for (const name of ["unshare", "socket", "keyctl", "io_uring_setup", "clone3", "clone", "mount"]) assert.isFalse(open.has(name), name)
      const admin = yield* names(hardenSeccomp(base), { ...here, capabilities: ["CAP_SYS_ADMIN"] })
      assert.include(admin, "mount")
    }))
})
