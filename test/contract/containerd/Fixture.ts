import * as Fs from "node:fs"
import * as Path from "node:path"
import { Effect } from "effect"
import * as Container from "../../../src/containerd/Container.ts"
import type { RuncOptions } from "../../../src/containerd/RuncOptions.ts"
import * as SandboxRecord from "../../../src/containerd/SandboxRecord.ts"
import * as Snapshot from "../../../src/containerd/Snapshot.ts"
import type { Stdio } from "../../../src/containerd/Stdio.ts"
import * as Task from "../../../src/containerd/Task.ts"
import { TestContainerd } from "./TestContainerd.ts"

export const snapshotter = "overlayfs"
const base = "busybox"
let count = 0

/** A committed snapshot with nothing but busybox in it, made by hand. */
export const ensureBase = Effect.gen(function*() {
  const { stackBin } = yield* TestContainerd
  const existing = yield* Snapshot.list(snapshotter)
  if (existing.some(({ key }) => key === base)) return
  const mounts = yield* Snapshot.prepare({ snapshotter, key: "busybox-draft", parent: "" })
  const rootfs = mounts[0]?.source ?? ""
  for (const folder of ["bin", "proc", "dev", "sys", "tmp", "etc"]) Fs.mkdirSync(Path.join(rootfs, folder))
  Fs.copyFileSync(Path.join(stackBin, "busybox"), Path.join(rootfs, "bin/busybox"))
  for (const applet of ["sh", "true", "false", "sleep", "cat", "echo"]) Fs.symlinkSync("busybox", Path.join(rootfs, "bin", applet))
  yield* Snapshot.commit({ snapshotter, key: "busybox-draft", name: base, labels: { "containerd.io/gc.root": "1" } })
})

interface SpecOptions {
  readonly args: ReadonlyArray<string>
  readonly id: string
  readonly name: string
  readonly terminal?: boolean
  readonly resources?: object
}

export const specOf = (options: SpecOptions) => ({
  ociVersion: "1.1.0",
  process: { ...processOf(options.args), terminal: options.terminal ?? false },
  root: { path: "rootfs" },
  hostname: "test",
  mounts: [
    { destination: "/proc", type: "proc", source: "proc" },
    { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
    { destination: "/dev/pts", type: "devpts", source: "devpts", options: ["newinstance", "ptmxmode=0666", "mode=0620"] }
  ],
  linux: {
    cgroupsPath: `/${options.name}/${options.id}`,
    namespaces: ["pid", "ipc", "uts", "mount"].map((type) => ({ type })),
    resources: { devices: [{ allow: true, access: "rwm" }], ...options.resources }
  }
})

export const processOf = (args: ReadonlyArray<string>) => ({
  user: { uid: 0, gid: 0 },
  args,
  env: ["PATH=/bin"],
  cwd: "/"
})

export const runtimeOptionsOf = (binary?: string) =>
  Effect.map(TestContainerd, ({ folder, stackBin }): RuncOptions => ({
    binaryName: binary ?? Path.join(stackBin, "runc"),
    root: Path.join(folder, "runtime")
  }))

/** Undoing that neither fails nor waits for a containerd that a failed test left dead; the folder's sweep does the rest. */
const undo = <E, R>(effect: Effect.Effect<unknown, E, R>) => Effect.ignore(Effect.timeoutOption(effect, "5 seconds"))

/** A container with its snapshot and sandbox record, ready for a task; taken away with the test's scope. */
export const prepared = Effect.fn(function*(args: ReadonlyArray<string>, options: { readonly binary?: string; readonly terminal?: boolean; readonly resources?: object } = {}) {
  const { name } = yield* TestContainerd
  yield* ensureBase
  const id = `c${count++}`
  const runtimeOptions = yield* runtimeOptionsOf(options.binary)
  const mounts = yield* Effect.acquireRelease(Snapshot.prepare({ snapshotter, key: id, parent: base }), () =>
    undo(Snapshot.remove({ snapshotter, key: id })))
  yield* Effect.acquireRelease(SandboxRecord.create(id, "io.containerd.runc.v2"), () => undo(SandboxRecord.remove(id)))
  const container = yield* Effect.acquireRelease(
    Container.create({
      id,
      snapshotter,
      snapshotKey: id,
      runtime: { name: "io.containerd.runc.v2", options: runtimeOptions },
      spec: specOf({ args, id, name, terminal: options.terminal ?? false, resources: options.resources ?? {} })
    }),
    (container) => undo(container.delete)
  )
  // Ends the run for good; the handle's own scope would only stop looking.
  const ended = (task: Task.Task) =>
    undo(task.kill(9, { all: true })).pipe(
      Effect.andThen(undo(task.exit)),
      Effect.andThen(undo(task.delete))
    )
  return {
    id,
    container,
    createTask: (stdio: Stdio = {}) =>
      Effect.acquireRelease(Task.create({ containerId: id, mounts, runtimeOptions, ...stdio }), ended),
    attachTask: (options: { readonly containerId: string; readonly pid: number }) =>
      Effect.acquireRelease(Task.attach(options), ended)
  }
})
