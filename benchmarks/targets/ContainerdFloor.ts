import { fromBinary } from "@bufbuild/protobuf"
import { Context, Effect, Layer, Schema, type Scope } from "effect"
import { randomBytes } from "node:crypto"
import { copyFileSync, mkdirSync, symlinkSync } from "node:fs"
import { join } from "node:path"
import * as Container from "../../src/containerd/Container.ts"
import { Containerd } from "../../src/containerd/Containerd.ts"
import type { ContainerdError } from "../../src/containerd/ContainerdError.ts"
import * as Daemon from "../../src/containerd/Daemon.ts"
import { Containers } from "../../src/containerd/generated/containers_pb.ts"
import { OptionsSchema } from "../../src/containerd/generated/runc_options_pb.ts"
import * as SandboxRecord from "../../src/containerd/SandboxRecord.ts"
import * as Snapshot from "../../src/containerd/Snapshot.ts"
import * as Task from "../../src/containerd/Task.ts"
import type { FifoFailed } from "../../src/logs/FifoFailed.ts"
import { FifoPool } from "../../src/logs/FifoPool.ts"
import * as FifoReader from "../../src/logs/FifoReader.ts"
import { stackProgram } from "../../test/support/stack.ts"

type Failure = ContainerdError | FifoFailed

/** A container that is ready to be started by containerd's calls alone, and what it takes. */
export interface BareContainer {
  /** Its record, its task, the start. */
  readonly start: Effect.Effect<Task.Task, Failure, Scope.Scope>
}

export interface BareExec {
  /** From the call that makes it to its exit and the end of its output. */
  readonly run: Effect.Effect<void, Failure, Scope.Scope>
}

/** The calls to containerd that no engine can do without, and nothing else: what an engine adds is its own share. */
export interface ContainerdFloor {
  /** Snapshot and sandbox record, as a create makes them. */
  readonly create: Effect.Effect<BareContainer, Failure, Scope.Scope>
  /** An exec of `true`, its pipes made and open already. */
  exec(task: Task.Task): Effect.Effect<BareExec, Failure, Scope.Scope>
}

const snapshotter = "overlayfs"
const base = "base"

/** A specification, with a name for what is not taken over as it is. */
const rest = [Schema.Record(Schema.String, Schema.Unknown)] as const

const Specification = Schema.fromJsonString(Schema.StructWithRest(
  Schema.Struct({
    process: Schema.Record(Schema.String, Schema.Unknown),
    linux: Schema.StructWithRest(Schema.Struct({ cgroupsPath: Schema.String }), rest)
  }),
  rest
))

/** What a running container of an engine was made from. */
const readModel = Effect.fnUntraced(function*(id: string) {
  const containerd = yield* Containerd
  const { container } = yield* containerd.unary(Containers.method.get, { id })
  const json = new TextDecoder().decode(container?.spec?.value)
  const { binaryName, root, systemdCgroup } = fromBinary(OptionsSchema, container?.runtime?.options?.value ?? new Uint8Array())
  return {
    id,
    spec: yield* Effect.orDie(Schema.decodeUnknownEffect(Specification)(json)),
    runtime: { name: container?.runtime?.name ?? "", options: { binaryName, root, systemdCgroup } }
  }
})

type Model = Effect.Success<ReturnType<typeof readModel>>

/** A root file system with what the scenarios run. */
const makeBase = Effect.gen(function*() {
  const known = yield* Snapshot.list(snapshotter)
  if (known.some(({ key }) => key === base)) return
  const [mount] = yield* Snapshot.prepare({ snapshotter, key: "draft", parent: "" })
  yield* Effect.sync(() => {
    const root = mount?.source ?? ""
    for (const folder of ["bin", "dev", "etc", "proc", "sys", "tmp"]) mkdirSync(join(root, folder))
    copyFileSync(stackProgram("busybox"), join(root, "bin/busybox"))
    for (const applet of ["sh", "sleep", "true"]) symlinkSync("busybox", join(root, "bin", applet))
  })
  yield* Snapshot.commit({ snapshotter, key: "draft", name: base, labels: { "containerd.io/gc.root": "1" } })
})

/** Pipes for output that are there, open and read to their end. */
const openPipes = Effect.fnUntraced(function*(directory: string) {
  const paths = { stdout: join(directory, "stdout"), stderr: join(directory, "stderr") }
  yield* (yield* FifoPool).place(Object.values(paths))
  const readers = yield* Effect.forEach(Object.values(paths), (path) => FifoReader.open(path, () => true))
  return { paths, ended: Effect.forEach(readers, (reader) => reader.ended, { discard: true }) }
})

const ignored = <A, R>(undo: Effect.Effect<A, Failure, R>) => Effect.ignore(Effect.timeoutOption(undo, "10 seconds"))

const prepare = Effect.fnUntraced(function*(model: Model, directory: string) {
  const id = randomBytes(32).toString("hex")
  const [mounts] = yield* Effect.all([
    Effect.acquireRelease(
      Snapshot.prepare({ snapshotter, key: id, parent: base }),
      () => ignored(Snapshot.remove({ snapshotter, key: id }))
    ),
    Effect.acquireRelease(SandboxRecord.create(id, model.runtime.name), () => ignored(SandboxRecord.remove(id)))
  ], { concurrency: "unbounded" })
  const { paths } = yield* openPipes(join(directory, id))
  const spec = {
    ...model.spec,
    linux: { ...model.spec.linux, cgroupsPath: model.spec.linux.cgroupsPath.replaceAll(model.id, id) }
  }
  const record = Container.create({ id, snapshotter, snapshotKey: id, runtime: model.runtime, spec })
  const task = Task.create({ containerId: id, mounts, runtimeOptions: model.runtime.options, ...paths })
  const start = Effect.gen(function*() {
    yield* Effect.acquireRelease(record, (container) => ignored(container.delete))
    const made = yield* Effect.acquireRelease(task, (task) =>
      Effect.andThen(ignored(Effect.andThen(task.kill(9), task.exit)), ignored(task.delete)))
    yield* made.start
    return made
  })
  return { start }
})

const prepareExec = Effect.fnUntraced(function*(model: Model, directory: string, task: Task.Task) {
  const execId = randomBytes(32).toString("hex")
  const { ended, paths } = yield* openPipes(join(directory, execId))
  const made = task.exec({ execId, spec: { ...model.spec.process, args: ["true"] }, ...paths })
  const run = Effect.gen(function*() {
    const process = yield* Effect.acquireRelease(made, (process) => ignored(process.delete))
    yield* process.start
    yield* Effect.all([process.exit, ended], { concurrency: "unbounded" })
  })
  return { run }
})

/**
 * The calls on the containerd of an engine, in a namespace of their own, for containers with the specification and the
 * runtime of one that the engine runs (`modelId`).
 */
export const openFloor = Effect.fnUntraced(function*(options: {
  readonly address: string
  readonly modelId: string
  readonly directory: string
}) {
  const { address, directory, modelId } = options
  const engines = yield* Layer.build(Containerd.layerAt({ address, namespace: "gantry" }))
  const model = yield* Effect.provideContext(readModel(modelId), engines)
  const own = Context.merge(
    yield* Layer.build(Daemon.external({ address, namespace: "benchmark" })),
    yield* Layer.build(FifoPool.layer(join(directory, "pool")))
  )
  yield* Effect.provideContext(makeBase, own)
  const floor: ContainerdFloor = {
    create: prepare(model, directory).pipe(
      Effect.map(({ start }) => ({ start: Effect.provideContext(start, own) })),
      Effect.provideContext(own)
    ),
    exec: (task) =>
      prepareExec(model, directory, task).pipe(
        Effect.map(({ run }) => ({ run: Effect.provideContext(run, own) })),
        Effect.provideContext(own)
      )
  }
  return floor
})
