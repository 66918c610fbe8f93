import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Images } from "../../../src/engine/images/Images.ts"
import { busyboxImage, busyboxVariant, dockerArchive } from "../../support/testImages.ts"
import { actions, holdings, load, nothing, tags, withImages } from "./imagesOn.ts"

const container = "c".repeat(64)
const gently = { force: false, noPrune: false }
const byForce = { force: true, noPrune: false }

const twelve = (id: string) => id.slice("sha256:".length, "sha256:".length + 12)

describe("tag and remove", () => {
  it.live("gives an image another name and takes one after the other away, the content with the last", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        const { id } = yield* images.find("busybox")
        yield* images.tag("busybox", "localhost:5000/mine", "")
        assert.deepStrictEqual(yield* tags, ["busybox:latest", "localhost:5000/mine:latest"])
        assert.deepStrictEqual(yield* images.remove("busybox", gently), [{ untagged: "busybox:latest" }])
        assert.deepStrictEqual(yield* images.remove("localhost:5000/mine", gently), [
          { untagged: "localhost:5000/mine:latest" }, { deleted: id }
        ])
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
        assert.deepStrictEqual(yield* actions, [
          "load busybox:latest", "tag localhost:5000/mine:latest", "untag busybox:latest",
          "untag localhost:5000/mine:latest", `delete ${id}`
        ])
      })))

  it.live("refuses names that no image may have", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        const refused = [
          ["busybox", "sha256", "x", "refusing to create an ambiguous tag using digest algorithm as name"],
          ["busybox", "Upper", "x", "invalid reference format: repository name (library/Upper) must be lowercase"],
          ["busybox", "a", "x y", "invalid tag format"],
          ["nothing", "a", "b", "nothing:latest"]
        ] as const
        for (const [source, repository, tag, told] of refused) {
          const failure = yield* Effect.flip(images.tag(source, repository, tag))
          assert.strictEqual(failure._tag === "NoSuchImage" ? failure.reference : failure.message, told)
        }
        assert.deepStrictEqual(yield* tags, ["busybox:latest"])
      })))

  it.live("refuses to remove an image with several names by id, unless forced", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        yield* images.tag("busybox", "a/b", "1")
        const { id } = yield* images.find("busybox")
        const failure = yield* Effect.flip(images.remove(twelve(id), gently))
        assert.strictEqual(
          failure.message,
          `conflict: unable to delete ${twelve(id)} (must be forced) - image is referenced in multiple repositories`
        )
        assert.deepStrictEqual(yield* images.remove(twelve(id), byForce), [
          { untagged: "busybox:latest" }, { untagged: "a/b:1" }, { deleted: id }
        ])
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
      })))

  it.live("minds the containers that stand on an image", () =>
    withImages((_, users) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxImage))
        const { id } = yield* images.find("busybox")
        const refusal = (reference: string, options: typeof gently) =>
          Effect.map(Effect.flip(images.remove(reference, options)), ({ message }) => message)

        users.set(id, [{ containerId: container, running: true }])
        const running = `conflict: unable to delete ${twelve(id)} (cannot be forced) - image is being used by running container ${"c".repeat(12)}`
        assert.strictEqual(yield* refusal(id, gently), running)
        assert.strictEqual(yield* refusal(id, byForce), running)
        users.set(id, [{ containerId: container, running: false }])
        assert.strictEqual(
          yield* refusal(id, gently),
          `conflict: unable to delete ${twelve(id)} (must be forced) - image is being used by stopped container ${"c".repeat(12)}`
        )
        assert.strictEqual(
          yield* refusal("busybox", gently),
          `conflict: unable to delete busybox:latest (must be forced) - container ${"c".repeat(12)} is using its referenced image ${twelve(id)}`
        )
        assert.deepStrictEqual(yield* images.remove("busybox", byForce), [{ untagged: "busybox:latest" }])
        assert.deepStrictEqual((yield* images.inspect(id)).repoTags, [])
        assert.deepStrictEqual(yield* images.remove(id, byForce), [{ deleted: id }])
      })))

  it.live("prunes images without name, or all that nobody uses", () =>
    withImages((containerd, users) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxVariant("app:1", { User: "1" }, [[{ path: "big", content: "x".repeat(500_000) }]])))
        const { id: old } = yield* images.find("app:1")
        yield* load(dockerArchive([busyboxVariant("app:1", { User: "2" }), busyboxVariant("kept:1", { User: "3" })]))
        const first = yield* images.prune(new Map())
        assert.deepStrictEqual(first.removed, [{ deleted: old }])
        assert.isAbove(first.reclaimedBytes, 900_000)
        const { id } = yield* images.find("kept:1")
        users.set(id, [{ containerId: container, running: false }])
        yield* images.prune(new Map([["dangling", ["false"]]]))
        assert.deepStrictEqual(yield* tags, ["kept:1"])
        yield* images.remove(id, byForce)
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
      })))
})
