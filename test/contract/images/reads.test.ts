import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { join } from "node:path"
import * as RpcFault from "../../../src/containerd/RpcFault.ts"
import * as RpcMeter from "../../../src/containerd/RpcMeter.ts"
import { Images } from "../../../src/engine/images/Images.ts"
import { busyboxImage, busyboxVariant, dockerArchive, ociArchive } from "../../support/testImages.ts"
import { startContainerd } from "../../support/containerd.ts"
import { eventually } from "../../support/realTime.ts"
import { host, imagesOn, load, namespace, tags, withImages } from "./imagesOn.ts"

const older = { ...busyboxVariant("old/er:1", { Labels: { stage: "test", team: "a" } }), created: "2020-01-01T00:00:00Z" }
const newer = busyboxVariant("new/er:2", { Labels: { stage: "prod" }, Env: ["A=b"] }, [[{ path: "x", content: "1" }]])

const listed = (filters: ReadonlyArray<readonly [string, ReadonlyArray<string>]>) =>
  Effect.gen(function*() {
    const images = yield* Images
    const rows = yield* images.list({ all: false, filters: new Map(filters), sharedSize: false })
    return rows.map(({ image }) => image.repoTags.join(" "))
  })

describe("reading images", () => {
  it.live("makes no containerd call for find, list, inspect, history and nameFor", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive([older, newer]))
        const meter = RpcMeter.make()
        yield* Effect.gen(function*() {
          const { id } = yield* images.find("old/er:1")
          yield* images.list({ all: true, filters: new Map([["label", ["stage"]]]), sharedSize: true })
          yield* images.inspect(id)
          yield* images.history("new/er:2")
          yield* images.nameFor(id, "old/er:1")
          yield* Effect.flip(images.find("nothing"))
        }).pipe(Effect.provideService(RpcMeter.RpcMeter, meter))
        assert.deepStrictEqual([meter.count, meter.held], [0, 0])
      })))

  it.live("finds an image by name, full name, id, bare id, unique prefix and digest", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive([busyboxImage, older]))
        const { id } = yield* images.find("busybox")
        const hex = id.slice("sha256:".length)
        const ways = ["busybox:latest", "docker.io/library/busybox", "docker.io/busybox:latest", id, hex, hex.slice(0, 12), `busybox@${id}`]
        for (const way of ways) assert.strictEqual((yield* images.find(way)).id, id, way)
        assert.strictEqual((yield* images.find("busybox")).reference, "busybox:latest")
        assert.strictEqual((yield* images.find(hex.slice(0, 12))).reference, undefined)
        assert.deepStrictEqual((yield* images.find("busybox")).config.config?.Cmd, ["sh"])
        const unknown = [["nope", "nope:latest"], [`old/er@${id}`, `old/er@${id}`], ["sha256:" + "0".repeat(64), "sha256:" + "0".repeat(64)]] as const
        for (const [asked, told] of unknown) {
          const failure = yield* Effect.flip(images.find(asked))
          assert.deepStrictEqual([failure._tag, "reference" in failure && failure.reference], ["NoSuchImage", told])
        }
      })))

  it.live("filters the list, newest first", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive([older, newer]))
        yield* images.tag("new/er:2", "localhost:5000/other", "3")
        const both = ["new/er:2 localhost:5000/other:3", "old/er:1"]
        assert.deepStrictEqual(yield* listed([]), both)
        assert.deepStrictEqual(yield* listed([["label", ["stage=test"]]]), ["old/er:1"])
        assert.deepStrictEqual(yield* listed([["label", ["stage"]], ["label!", ["team=a"]]]), [both[0]])
        assert.deepStrictEqual(yield* listed([["before", ["new/er:2"]]]), ["old/er:1"])
        assert.deepStrictEqual(yield* listed([["since", ["old/er:1"]]]), [both[0]])
        assert.deepStrictEqual(yield* listed([["until", ["2021-01-01"]]]), ["old/er:1"])
        assert.deepStrictEqual(yield* listed([["reference", ["*/er"]]]), ["new/er:2", "old/er:1"])
        assert.deepStrictEqual(yield* listed([["reference", ["*:1"]]]), [])
        assert.deepStrictEqual(yield* listed([["reference", ["new/*:2"]]]), ["new/er:2"])
        assert.deepStrictEqual(yield* listed([["dangling", ["true"]]]), [])
        const failure = yield* Effect.flip(listed([["colour", ["red"]]]))
        assert.deepStrictEqual([failure._tag, failure.message], ["InvalidRequest", "invalid filter 'colour'"])
      })))

  it.live("tells what takes room, alone and together", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive([older, newer]))
        const rows = yield* images.list({ all: false, filters: new Map(), sharedSize: true })
        for (const { image, sharedBytes } of rows) {
          assert.isAbove(sharedBytes, 2_000_000)
          assert.isAbove(image.sizeBytes, sharedBytes)
        }
      })))

  it.live("shows an image by its configuration, its names and its history", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(ociArchive(newer))
        const view = yield* images.inspect("new/er:2")
        assert.deepStrictEqual(view.repoTags, ["new/er:2"])
        assert.deepStrictEqual(view.repoDigests, [`new/er@${view.id}`])
        assert.strictEqual(view.created, "2024-01-02T03:04:05Z")
        assert.deepStrictEqual(view.shown?.platform, host)
        assert.strictEqual(view.shown?.diffIds.length, 2)
        const history = yield* images.history(view.id)
        assert.deepStrictEqual(history.map(({ createdBy, id }) => [id, createdBy]), [[view.id, "layer 1"], ["<missing>", "layer 0"]])
        assert.isTrue(history.every(({ sizeBytes }) => sizeBytes > 0))
      })))

  it.live("sees what other clients of containerd bring, turn and take away", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        const until = (wanted: string, names: ReadonlyArray<string>) =>
          eventually(wanted, Effect.map(tags, (seen) => JSON.stringify(seen) === JSON.stringify(names) ? true : undefined))
        yield* containerd.ctr(namespace, ["images", "import", "--no-unpack", "-"], { stdin: dockerArchive(newer) })
        yield* until("the import to be seen", ["new/er:2"])
        const found = yield* images.find("new/er:2")
        assert.strictEqual(found.unpacked, false)
        yield* images.unpack(found)
        assert.strictEqual((yield* images.find("new/er:2")).unpacked, true)
        yield* containerd.ctr(namespace, ["images", "tag", "docker.io/new/er:2", "docker.io/new/er:3"])
        yield* until("the tag to be seen", ["new/er:2", "new/er:3"])
        yield* containerd.ctr(namespace, ["images", "remove", "docker.io/new/er:2", "docker.io/new/er:3"])
        yield* until("the removal to be seen", [])
      })))

  it.live("knows again after a start what was there, and reads no content for it", () =>
    Effect.gen(function*() {
      const containerd = yield* startContainerd()
      const store = join(containerd.directory, "store")
      const rows = Effect.flatMap(Images, (images) => images.list({ all: false, filters: new Map(), sharedSize: true }))
      const before = yield* Effect.andThen(load(dockerArchive([older, newer])), rows).pipe(
        Effect.provide(imagesOn(containerd.address, new Map(), store))
      )
      const calls: Array<string> = []
      const watch = { ...RpcFault.none, before: (call: string) => Effect.sync(() => void calls.push(call)) }
      const after = yield* rows.pipe(
        Effect.provide(imagesOn(containerd.address, new Map(), store)),
        Effect.provideService(RpcFault.RpcFault, watch)
      )
      assert.deepStrictEqual(after, before)
      const unasked = ["Version/Version", "Events/Subscribe"]
      assert.deepStrictEqual(calls.filter((call) => !unasked.includes(call)), ["Images/List", "Content/List", "Leases/List"])
    }).pipe(Effect.scoped))
})
