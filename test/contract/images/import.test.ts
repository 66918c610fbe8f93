import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { chainIds } from "../../../src/containerd/contentDigest.ts"
import { Images, type ImportRequest } from "../../../src/engine/images/Images.ts"
import { tar } from "../../support/tar.ts"
import { busyboxLayer, compressed, digestOf } from "../../support/testImages.ts"
import { actions, foreign, holdings, inParts, nothing, tags, withImages } from "./imagesOn.ts"

const rootfs = tar(busyboxLayer())

const requestFor = (more: Partial<ImportRequest> = {}): ImportRequest => ({
  repository: "",
  tag: "",
  message: "",
  changes: [],
  platform: undefined,
  ...more
})

const importing = (bytes: Uint8Array, request: ImportRequest) =>
  Effect.flatMap(Images, (images) => Stream.runCollect(images.importRootfs(inParts(bytes), request)))

describe("docker import", () => {
  it.live("makes an image of one layer from a root file system, plain or compressed", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        for (const compression of ["none", "gzip", "zstd"] as const) {
          const records = yield* importing(compressed(rootfs, compression), requestFor({ repository: "mine", tag: compression }))
          const found = yield* images.find(`mine:${compression}`)
          assert.deepStrictEqual(records, [{ status: found.id }])
          assert.deepStrictEqual(found.diffIds, [digestOf(rootfs)])
          assert.deepStrictEqual([found.unpacked, found.chainId], [true, chainIds(found.diffIds)[0]])
        }
        const held = yield* holdings(containerd)
        assert.deepStrictEqual([held.snapshots, held.leases, held.ingests], [[digestOf(rootfs)], [], []])
        yield* containerd.ctr("images", ["leases", "create", "--id", "collect"])
        yield* containerd.ctr("images", ["leases", "delete", "--sync", "collect"])
        assert.deepStrictEqual(yield* holdings(containerd), held)
      })))

  it.live("gives the image what the changes and the message say, and no name unless asked", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        const [record] = yield* importing(rootfs, requestFor({
          message: "made by hand",
          changes: ["CMD [\"sh\", \"-c\", \"true\"]", "ENV A=b", "EXPOSE 80", "LABEL stage=test", "WORKDIR /tmp"],
          platform: foreign
        }))
        const id = record?.status ?? ""
        const view = yield* images.inspect(id)
        const config = view.shown?.config
        assert.deepStrictEqual(view.repoTags, [])
        assert.deepStrictEqual(view.shown?.platform, foreign)
        assert.deepStrictEqual(config?.history?.map(({ comment }) => comment), ["made by hand"])
        assert.deepStrictEqual(
          [config?.config?.Cmd, config?.config?.Env, config?.config?.ExposedPorts, config?.config?.Labels, config?.config?.WorkingDir],
          [["sh", "-c", "true"], ["A=b"], { "80/tcp": {} }, { stage: "test" }, "/tmp"]
        )
        assert.deepStrictEqual(yield* actions, [`import ${id}`])
      })))

  it.live("leaves nothing of what is no root file system, nor of an upload that is given up", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        const bad = [Buffer.from("no tar".repeat(1000)), rootfs.subarray(0, 700_000), Buffer.from("BZh91AY"), Buffer.alloc(0)]
        for (const bytes of bad) {
          const failure = yield* Effect.flip(importing(bytes, requestFor({ repository: "bad" })))
          assert.strictEqual(failure._tag, "BadArchive")
          assert.deepStrictEqual(yield* holdings(containerd), nothing)
        }
        const refused = yield* Effect.flip(importing(rootfs, requestFor({ changes: ["RUN rm"] })))
        assert.deepStrictEqual([refused._tag, refused.message], ["InvalidRequest", "RUN is not a valid change command"])

        const stuck = Stream.concat(inParts(rootfs.subarray(0, 1_000_000)), Stream.never)
        const upload = yield* Effect.forkChild(Stream.runDrain(images.importRootfs(stuck, requestFor())))
        yield* Effect.sleep("300 millis")
        yield* Fiber.interrupt(upload)
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
        assert.deepStrictEqual(yield* tags, [])
      })))
})
