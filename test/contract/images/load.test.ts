import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Images } from "../../../src/engine/images/Images.ts"
import { chainIds } from "../../../src/containerd/contentDigest.ts"
import {
  busyboxImage, busyboxVariant, compressed, dockerArchive, ociArchive, ociImage
} from "../../support/testImages.ts"
import { tar } from "../../support/tar.ts"
import { actions, foreign, holdings, inParts, load, nothing, tags, withImages } from "./imagesOn.ts"

const layered = busyboxVariant("layered:1", { Labels: { a: "b" } }, [[{ path: "one", content: "1" }], [{ path: "two", content: "2" }]])

describe("docker load", () => {
  it.live("takes archives of docker save and OCI layouts, plain, gzip and zstd", () =>
    withImages(() =>
      Effect.gen(function*() {
        const named = (name: string) => busyboxVariant(name, { Labels: { name } })
        assert.deepStrictEqual(yield* load(dockerArchive(busyboxImage)), ["Loaded image: busybox:latest\n"])
        assert.deepStrictEqual(yield* load(compressed(dockerArchive(named("foo/bar:1")), "gzip")), ["Loaded image: foo/bar:1\n"])
        assert.deepStrictEqual(yield* load(ociArchive(named("quay.io/a/b:2"))), ["Loaded image: quay.io/a/b:2\n"])
        assert.deepStrictEqual(yield* load(ociArchive(named("c:3"), "zstd")), ["Loaded image: c:3\n"])
        assert.deepStrictEqual(yield* load(compressed(ociArchive(named("d:4"), "none"), "zstd")), ["Loaded image: d:4\n"])
        assert.deepStrictEqual(yield* load(dockerArchive(named("e:5"), "gzip")), ["Loaded image: e:5\n"])
        assert.deepStrictEqual(yield* tags, ["busybox:latest", "c:3", "d:4", "e:5", "foo/bar:1", "quay.io/a/b:2"])
        assert.include(yield* actions, "load foo/bar:1")
      })))

  it.live("unpacks the image, so that a container can stand on it, and holds no lease afterwards", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(layered))
        const found = yield* images.find("layered:1")
        assert.strictEqual(found.unpacked, true)
        assert.strictEqual(found.chainId, chainIds(found.diffIds).at(-1))
        assert.deepStrictEqual(found.config.config?.Labels, { a: "b" })
        const held = yield* holdings(containerd)
        assert.include(held.snapshots, found.chainId)
        assert.deepStrictEqual(held.leases, [])
        assert.deepStrictEqual(held.ingests, [])
        // A lease that is deleted synchronously makes containerd collect: what the names keep, stays.
        yield* containerd.ctr("images", ["leases", "create", "--id", "collect"])
        yield* containerd.ctr("images", ["leases", "delete", "--sync", "collect"])
        assert.deepStrictEqual(yield* holdings(containerd), held)
      })))

  it.live("names all images of an archive, and an image without name by its id", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        const many = { ...busyboxImage, tags: ["busybox:1", "busybox:2", "localhost:5000/x:y"] }
        assert.deepStrictEqual(yield* load(dockerArchive([many, layered])), [
          "Loaded image: busybox:1\n", "Loaded image: busybox:2\n", "Loaded image: localhost:5000/x:y\n", "Loaded image: layered:1\n"
        ])
        const [told = ""] = yield* load(dockerArchive({ ...busyboxVariant("x:1", { User: "1" }), tags: [] }))
        assert.match(told, /^Loaded image ID: sha256:[a-f0-9]{64}\n$/)
        const dangling = yield* images.list({ all: false, filters: new Map([["dangling", ["true"]]]), sharedSize: false })
        assert.deepStrictEqual(dangling.map(({ image }) => `Loaded image ID: ${image.id}\n`), [told])
      })))

  it.live("keeps the image that a name pointed to before, without name", () =>
    withImages(() =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(dockerArchive(busyboxVariant("app:1", { User: "1" })))
        const { id } = yield* images.find("app:1")
        yield* load(dockerArchive(busyboxVariant("app:1", { User: "2" })))
        assert.notStrictEqual((yield* images.find("app:1")).id, id)
        const old = yield* images.inspect(id)
        assert.deepStrictEqual([old.repoTags, old.repoDigests], [[], []])
        assert.strictEqual(yield* images.nameFor(id, "app:1"), id)
      })))

  it.live("takes an image for another platform, which is found with a warning unless that platform is asked for", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        yield* load(ociArchive({ ...layered, architecture: foreign.architecture }))
        const found = yield* images.find("layered:1")
        assert.strictEqual(found.unpacked, true)
        assert.include((yield* holdings(containerd)).snapshots, found.chainId)
        assert.match(found.platformWarning ?? "", /^The requested image's platform \(linux\/\w+\) does not match the detected host platform/)
        assert.strictEqual((yield* images.find("layered:1", foreign)).platformWarning, undefined)
        assert.strictEqual((yield* Effect.flip(images.find("layered:1", { os: "linux", architecture: "s390x" })))._tag, "NoSuchPlatform")
      })))

  it.live("leaves nothing of an archive that is broken, cut, or without one of its blobs", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const { config, layers, manifest } = ociImage(layered)
        const archiveOf = (blobs: ReadonlyArray<{ readonly digest: string; readonly content: Buffer }>) =>
          tar([
            { path: "oci-layout", content: JSON.stringify({ imageLayoutVersion: "1.0.0" }) },
            {
              path: "index.json",
              content: JSON.stringify({
                schemaVersion: 2,
                manifests: [{ mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.size, annotations: { "io.containerd.image.name": "docker.io/library/x:1" } }]
              })
            },
            ...blobs.map(({ content, digest }) => ({ path: `blobs/${digest.replace(":", "/")}`, content }))
          ])
        const [first, ...rest] = layers
        const wrong = { digest: first?.digest ?? "", content: Buffer.from("something else") }
        const broken = [
          Buffer.from("no archive at all".repeat(100)),
          dockerArchive(layered).subarray(0, 1_000_000),
          archiveOf([manifest, config, ...rest]),
          archiveOf([config, ...layers]),
          archiveOf([manifest, ...layers]),
          archiveOf([manifest, config, wrong, ...rest]),
          dockerArchive([]),
          Buffer.alloc(0)
        ]
        for (const archive of broken) {
          const failure = yield* Effect.flip(load(archive))
          assert.strictEqual(failure._tag, "BadArchive")
          assert.deepStrictEqual(yield* holdings(containerd), nothing)
        }
        assert.deepStrictEqual(yield* tags, [])
      })))

  it.live("leaves nothing when the upload is given up", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const images = yield* Images
        const stuck = Stream.concat(inParts(dockerArchive(layered).subarray(0, 1_000_000)), Stream.never)
        const loading = yield* Effect.forkChild(Stream.runDrain(images.load(stuck, { quiet: true })))
        yield* Effect.sleep("300 millis")
        yield* Fiber.interrupt(loading)
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
      })))
})
