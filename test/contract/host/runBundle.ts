import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { chmodSync, copyFileSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { buildSpec } from "../../../src/engine/containers/spec/buildSpec.ts"
import { encodeOci } from "../../../src/engine/containers/spec/encodeOci.ts"
import type { SpecInput } from "../../../src/engine/containers/spec/SpecInput.ts"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { runProcess } from "../../support/runProcess.ts"
import { stackProgram } from "../../support/stack.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"
import { record, specInput } from "../../unit/engine/spec/specInput.ts"

const applets = [
  "sh", "cat", "ls", "id", "grep", "mount", "unshare", "touch", "env", "pwd", "hostname", "stat", "df", "sleep", "echo",
  "ps", "dd", "mknod", "umount", "dnsdomainname", "readlink"
]

/** A root file system with busybox and the usual files, below a directory that goes with the scope. */
export const makeBundle = Effect.gen(function*() {
  const directory = yield* tempDirectory("spec")
  const rootfs = `${directory}/rootfs`
  for (const name of ["bin", "etc", "tmp", "proc", "sys", "dev", "sbin", "root", "data"]) {
    mkdirSync(`${rootfs}/${name}`, { recursive: true })
  }
  copyFileSync(stackProgram("busybox"), `${rootfs}/bin/busybox`)
  chmodSync(`${rootfs}/bin/busybox`, 0o755)
  for (const name of applets) symlinkSync("busybox", `${rootfs}/bin/${name}`)
  writeFileSync(`${rootfs}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\nweb:x:1000:1000::/home/web:/bin/sh\n")
  writeFileSync(`${rootfs}/etc/group`, "root:x:0:\nweb:x:1000:\nwheel:x:10:web\n")
  return { directory, rootfs }
})

/** A runtime with the arguments that come before its own. */
export type Runtime = readonly [command: string, ...before: ReadonlyArray<string>]

export const runc: Runtime = [stackProgram("runc")]

/** crun, kept from seeing the version 2 tree of a hybrid host, as its wrapper script does. */
export const crun = (needsUnshare: boolean): Runtime =>
  needsUnshare
    ? [
      "unshare", "--mount", "--propagation", "slave", "sh", "-c",
      `umount /sys/fs/cgroup/unified; exec ${stackProgram("crun")} "$@"`, "crun"
    ]
    : [stackProgram("crun")]

export interface Asked extends Omit<NonNullable<Parameters<typeof record>[0]>, "command"> {
  readonly over?: Partial<SpecInput>
  readonly runtime?: Runtime
}

/** Runs a shell line, or a command, in a container with the spec that was asked for, under a real runtime. */
export const runSpec = (line: string | ReadonlyArray<string>, { over = {}, runtime = runc, ...asked }: Asked = {}) =>
  Effect.scoped(Effect.gen(function*() {
    const { directory } = yield* makeBundle
    const host = yield* HostFacts
    const id = `gantry-test-${randomBytes(6).toString("hex")}`
    const spec = yield* buildSpec(specInput({
      record: record({ ...asked, command: typeof line === "string" ? ["/bin/sh", "-c", line] : line }),
      host,
      cgroupsPath: `/${id}`,
      ...over
    }))
    writeFileSync(`${directory}/config.json`, encodeOci(spec))
    const [command, ...before] = runtime
    const root = [...before, "--root", `${directory}/state`]
    yield* Effect.addFinalizer(() => runProcess(command, [...root, "delete", "--force", id]))
    return yield* runProcess(command, [...root, "run", "--bundle", directory, id])
  }))
