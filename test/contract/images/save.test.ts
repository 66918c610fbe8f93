import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { Images } from "../../../src/engine/images/Images.ts"
import { busyboxImage, busyboxVariant, dockerArchive, ociArchive } from "../../support/testImages.ts"
import { untar } from "../../support/tar.ts"
import { actions, foreign, holdings, load, nothing, tags, withImages } from "./imagesOn.ts"

const layered = busyboxVariant("layered:1", { User: "1" }, [[{ path: "big", content: "x".repeat(3_000_000) }]])

const save = (references: ReadonlyArray<string>) =>
  Effect.flatMap(Images, (images) =>
    Effect.map(Stream.runCollect(images.save(references)), (parts) => Buffer.concat(parts)))

describe("docker save", () => {
  it.live("writes an archive from which the same images come again", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        yield* load(ociArchive(layered))
        yield* images.tag("busybox", "other", "2")
        const ids = [(yield* images.find("busybox")).id, (yield* images.find("layered:1")).id]
        const archive = yield* save(["busybox", "layered:1"])
        const files = untar(archive)
        assert.includeMembers(files.map(({ path }) => path), ["index.json", "manifest.json", "oci-layout"])
        const manifest = files.find(({ path }) => path === "manifest.json")?.content.toString() ?? ""
        assert.include(manifest, "\"busybox:latest\"")
        for (const id of ids) yield* images.remove(id, { force: true, noPrune: false })
        assert.deepStrictEqual(yield* holdings(containerd), nothing)

        assert.sameMembers([...(yield* load(archive))], ["Loaded image: busybox:latest\n", "Loaded image: layered:1\n"])
        assert.deepStrictEqual([(yield* images.find("busybox")).id, (yield* images.find("layered:1")).id], ids)
        assert.include(yield* actions, "save layered:1")
      })))

  it.live("fails before the first byte when an image is not here, or not for that platform", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        assert.strictEqual((yield* Effect.flip(save(["busybox", "nothing"])))._tag, "NoSuchImage")
        assert.strictEqual((yield* Effect.flip(Stream.runDrain(images.save(["busybox"], foreign))))._tag, "NoSuchPlatform")
        assert.deepStrictEqual(yield* tags, ["busybox:latest"])
      })))

  it.live("writes an image asked for by id without its names", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        const { id } = yield* images.find("busybox")
        const archive = yield* save([id])
        yield* images.remove(id, { force: true, noPrune: false })
        assert.deepStrictEqual(yield* load(archive), [`Loaded image ID: ${id}\n`])
      })))
})
