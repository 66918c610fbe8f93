import { assert, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { ContainerConfig } from "../../../src/model/ContainerConfig.ts"
import type { ContainerRecord } from "../../../src/model/ContainerRecord.ts"
import { HostConfig } from "../../../src/model/HostConfig.ts"
import { initialState } from "../../../src/engine/containers/containerState.ts"
import { ContainerTable } from "../../../src/store/ContainerTable.ts"
import { Database } from "../../../src/store/Database.ts"
import { ExecTable } from "../../../src/store/ExecTable.ts"
import { IntentTable } from "../../../src/store/IntentTable.ts"

const Store = Layer.mergeAll(ContainerTable.layer, IntentTable.layer, ExecTable.layer).pipe(
  Layer.provideMerge(Database.layer(":memory:"))
)

const record = (id: string): ContainerRecord => ({
  id,
  name: `name-${id}`,
  created: "2026-01-02T03:04:05.000000006Z",
  configRevision: 1,
  config: Schema.decodeUnknownSync(ContainerConfig)({ Image: "busybox", Labels: { "__proto__": "kept" } }),
  hostConfig: Schema.decodeUnknownSync(HostConfig)({}),
  imageId: "sha256:1",
  imageManifest: "sha256:2",
  platform: { os: "linux", architecture: "amd64" },
  path: "sh",
  args: [],
  runtime: { name: "runc", shim: "io.containerd.runc.v2", systemdCgroup: false },
  snapshotter: "overlayfs",
  rootfs: [],
  mounts: [],
  endpoints: {},
  logPath: ""
})

it.effect("gives back what was committed, and drops the intent with the commit", () =>
  Effect.gen(function*() {
    const [containers, intents] = yield* Effect.all([ContainerTable, IntentTable])
    yield* intents.put({ kind: "container.create", target: "a" })
    yield* containers.commit({ record: record("a"), state: initialState })
    yield* containers.putState("a", { ...initialState, status: "exited", exitCode: 3 })
    const { containers: loaded, unreadable } = yield* containers.load
    assert.deepStrictEqual(loaded.map(({ record, state }) => [record, state.exitCode]), [[record("a"), 3]])
    assert.deepStrictEqual(unreadable, [])
    assert.deepStrictEqual(yield* intents.all, [])
  }).pipe(Effect.provide(Store)))

it.effect("names a row that makes no sense, and loads the others", () =>
  Effect.gen(function*() {
    const [containers, db] = yield* Effect.all([ContainerTable, Database])
    yield* containers.commit({ record: record("good"), state: initialState })
    yield* db.run("INSERT INTO containers (id, record, state) VALUES ('bad', '{', '{}')")
    const { containers: loaded, unreadable } = yield* containers.load
    assert.deepStrictEqual(loaded.map(({ record }) => record.id), ["good"])
    assert.deepStrictEqual(unreadable, ["bad"])
  }).pipe(Effect.provide(Store)))

it.effect("forgets a container with its execs and its intent", () =>
  Effect.gen(function*() {
    const [containers, execs, intents] = yield* Effect.all([ContainerTable, ExecTable, IntentTable])
    yield* containers.commit({ record: record("a"), state: initialState })
    yield* execs.put({ id: "e", containerId: "a", exec: "{}" })
    yield* intents.put({ kind: "container.remove", target: "a" })
    yield* containers.remove("a")
    assert.deepStrictEqual([(yield* containers.load).containers, yield* execs.load, yield* intents.all], [[], [], []])
  }).pipe(Effect.provide(Store)))

it.effect("a batch that fails half way changes nothing", () =>
  Effect.gen(function*() {
    const db = yield* Database
    const error = yield* Effect.flip(db.batch([
      ["INSERT INTO meta (key, value) VALUES (?, ?)", "a", "1"],
      ["INSERT INTO meta (key, value) VALUES (?, ?)", "a", "2"]
    ]))
    assert.match(error.message, /UNIQUE/)
    assert.deepStrictEqual(yield* db.all("SELECT * FROM meta"), [])
    yield* db.batch([["INSERT INTO meta (key, value) VALUES (?, ?)", "a", "1"]])
  }).pipe(Effect.provide(Store)))
