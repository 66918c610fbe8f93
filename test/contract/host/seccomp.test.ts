import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { resolve } from "node:path"
import { hardenSeccomp } from "../../../src/engine/containers/spec/hardenSeccomp.ts"
import { decodeSeccompProfile } from "../../../src/engine/containers/spec/SeccompProfile.ts"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { loadSeccompProfile } from "../../../src/host/loadSeccompProfile.ts"
import type { MountPoint } from "../../../src/model/MountPoint.ts"
import { stackRoot } from "../../support/stack.ts"
import { type Asked, crun, runc, runSpec } from "./runBundle.ts"

const services = HostFacts.layer.pipe(Layer.provideMerge(NodeServices.layer))

/** Perl, with the host's libraries, since a shell can make no system call by its number. */
const programs = ["/usr", "/lib", "/lib64"].map((path): MountPoint =>
  ({ Type: "bind", Source: path, Destination: path, Mode: "ro", RW: false, Propagation: "rprivate" }))

/** x86-64's numbers and arguments that do no harm where a call is let through. */
const calls = {
  keyctl: "250, 0, -3, 0", add_key: "248, 0, 0, 0, 0, 0", io_uring_setup: "425, 0, 0", bpf: "321, 99, 0, 0", ptrace: "101, 99, 0, 0, 0",
  "unshare user": "272, 0x10000000", "clone user": "56, 0x10000000, 0, 0, 0, 0", clone3: "435, 0, 0", setns: "308, -1, 0", mount: "165, 0, 0, 0, 0, 0",
  open_tree: "428, -1, 0, 0", perf_event_open: "298, 0, 0, -1, -1, 0", reboot: "169, 0, 0, 0, 0", syslog: "103, 99, 0, 0",
  mbind: "237, 0, 0, 99, 0, 0, 0", "socket inet": "41, 2, 1, 0", "socket unix": "41, 1, 1, 0", "socket netlink": "41, 16, 3, 0",
  "socket alg": "41, 38, 5, 0", "socket vsock": "41, 40, 1, 0", "socket alg, high bits": "41, 0x100000026, 5, 0",
  "socket vsock, high bits": "41, 0x100000028, 1, 0", fchmodat2: "452, -1, 0, 0, 0", "personality": "135, 0xffffffff"
}
type Call = keyof typeof calls

/** Errno of each call; 0 if it went well. 1 is EPERM, 38 ENOSYS. */
const script = Object.entries(calls)
  .map(([name, args]) => `print "${name}=", (syscall(${args}) == -1 ? $!+0 : 0), "\\n";`).join(" ")

layer(services)("the built-in seccomp profile", (it) => {
  const probe = (runtime: "runc" | "crun", asked: Asked["hostConfig"] = {}) =>
    Effect.gen(function*() {
      const { cgroups } = yield* HostFacts
      const base = yield* decodeSeccompProfile(yield* loadSeccompProfile(resolve(stackRoot, "share/seccomp.json")))
      const ran = yield* runSpec(["/usr/bin/perl", "-e", script], {
        mounts: programs,
        hostConfig: asked,
        runtime: runtime === "runc" ? runc : crun(cgroups.crunNeedsUnshare),
        over: { seccomp: hardenSeccomp(base) }
      })
      assert.strictEqual(ran.stderr, "")
      return new Map(ran.stdout.trim().split("\n").map((line) => [line.split("=")[0], Number(line.split("=")[1])]))
    })

  const refused: ReadonlyArray<Call> = [
    "keyctl", "add_key", "io_uring_setup", "bpf", "unshare user", "setns", "mount", "open_tree", "perf_event_open", "reboot",
    "syslog", "mbind", "socket alg", "socket vsock"
  ]
  const open: ReadonlyArray<Call> = ["socket inet", "socket unix", "socket netlink", "personality"]

  it.effect.each(["runc", "crun"] as const)("refuses what Docker's does and more, under %s", (runtime) =>
    Effect.gen(function*() {
      const errno = yield* probe(runtime)
      for (const call of refused) assert.strictEqual(errno.get(call), 1, call)
      for (const call of open) assert.strictEqual(errno.get(call), 0, call)
      assert.strictEqual(errno.get("clone3"), 38)
      assert.notInclude([0, 22], errno.get("clone user"))
      // Families that only the lower half of the register names are no way around.
      assert.strictEqual(errno.get("socket alg, high bits"), 1)
      assert.strictEqual(errno.get("socket vsock, high bits"), 1)
      // A bad address: the call itself was reached.
      assert.strictEqual(errno.get("fchmodat2"), 14)
    }))

  it.effect("opens to a capability what it is for", () =>
    Effect.gen(function*() {
      const admin = yield* probe("runc", { CapAdd: ["SYS_ADMIN"] })
      for (const call of ["bpf", "setns", "mount", "open_tree", "perf_event_open"] as const) assert.notStrictEqual(admin.get(call), 1, call)
      assert.strictEqual(admin.get("reboot"), 1)
      const nice = yield* probe("runc", { CapAdd: ["SYS_NICE"] })
      assert.notStrictEqual(nice.get("mbind"), 1)
      assert.strictEqual(nice.get("mount"), 1)
    }))

  it.effect("stays closed to keyrings and odd sockets whatever the capabilities", () =>
    Effect.gen(function*() {
      const errno = yield* probe("runc", { CapAdd: ["ALL"] })
      for (const call of ["keyctl", "io_uring_setup", "socket alg", "socket vsock"] as const) assert.strictEqual(errno.get(call), 1, call)
    }))
})
