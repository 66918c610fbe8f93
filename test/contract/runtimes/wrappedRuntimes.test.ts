import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Digest } from "effect/crypto"
import { copyFileSync, mkdirSync, rmSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { resolveRuntimes } from "../../../src/runtimes/resolveRuntimes.ts"
import { Runtimes } from "../../../src/runtimes/Runtimes.ts"
import { WrapperScripts } from "../../../src/runtimes/WrapperScripts.ts"
import { startContainerd } from "../../support/containerd.ts"
import { stackProgram, stackRoot } from "../../support/stack.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

const platform = HostFacts.layer.pipe(Layer.provideMerge(Layer.mergeAll(NodeServices.layer, Digest.layerWebCrypto)))

/** A root file system with a shell in it. */
const shellRoot = (directory: string) => {
  const root = join(directory, "rootfs")
  mkdirSync(join(root, "bin"), { recursive: true })
  copyFileSync(stackProgram("busybox"), join(root, "bin/busybox"))
  symlinkSync("busybox", join(root, "bin/sh"))
  return root
}

describe("containers by way of a wrapper script", () => {
  it.live("run, and are told their exit code, also after the script was removed and written anew", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("wrapped")
      const containerd = yield* startContainerd()
      const rootfs = shellRoot(directory)
      const { cgroups } = yield* HostFacts
      yield* Effect.gen(function*() {
        const { runtimes } = yield* resolveRuntimes({
          definitions: { traced: { path: "runc", runtimeArgs: ["--log", join(directory, "a log's name")] } },
          systemdCgroup: false,
          hybridCgroups: cgroups.crunNeedsUnshare,
          searchPath: [join(stackRoot, "bin"), "/usr/bin", "/bin"]
        })
        const atWork = yield* Runtimes
        for (const name of ["runc", "crun", "traced"]) {
          const resolved = runtimes[name]?.resolved
          assert.isDefined(resolved)
          if (resolved.scriptDigest !== undefined) rmSync(resolved.binary ?? "")
          const { runc } = yield* atWork.ready(resolved)
          assert.isDefined(runc)
          const ended = yield* containerd.ctr("test", [
            "run", "--rm", "--rootfs", "--runc-binary", runc.binaryName, "--runc-root", runc.root,
            rootfs, `by-${name}`, "/bin/sh", "-c", `echo "by ${name}"; exit 7`
          ])
          assert.deepStrictEqual([ended.stdout, ended.code], [`by ${name}\n`, 7], ended.stderr)
        }
      }).pipe(
        Effect.provide(Runtimes.layer(join(directory, "run"))),
        Effect.provide(WrapperScripts.layer(join(directory, "scripts")))
      )
    }).pipe(Effect.provide(platform)))
})
