import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { Images, type PullRequest } from "../../../src/engine/images/Images.ts"
import type { ProgressRecord } from "../../../src/engine/images/ProgressRecord.ts"
import { rawHttp } from "../../support/rawHttp.ts"
import { eventually } from "../../support/realTime.ts"
import { type Registry, registryUser, startRegistry } from "../../support/registry.ts"
import { busyboxImage, busyboxVariant, ociImage, type TestImage } from "../../support/testImages.ts"
import { actions, foreign, holdings, host, nothing, tags, withImages } from "./imagesOn.ts"
import { startTestRegistry } from "./testRegistry.ts"

const layered = busyboxVariant("layered:1", { Env: ["A=b"] }, [[{ path: "one", content: "1" }], [{ path: "two", content: "2" }]])

const requestFor = (reference: string, more: Partial<PullRequest> = {}): PullRequest => ({
  reference,
  tag: "",
  platform: undefined,
  auth: undefined,
  registries: { insecure: [], mirrors: [] },
  ...more
})

const pull = (request: PullRequest) =>
  Effect.flatMap(Images, (images) => Stream.runCollect(images.pull(request)))

const statuses = (records: ReadonlyArray<ProgressRecord>) => records.map(({ id, status }) => id === undefined ? status : `${id}: ${status}`)

/** Those of one layer, without the figures between. */
const stages = (records: ReadonlyArray<ProgressRecord>, id: string) =>
  records.filter((record) => record.id === id && record.status !== "Downloading").map(({ status }) => status)

const short = (digest = "") => digest.slice("sha256:".length, "sha256:".length + 12)

const pushIndex = Effect.fnUntraced(function*(registry: Registry, repository: string, tag: string, images: ReadonlyArray<TestImage>) {
  for (const [at, image] of images.entries()) yield* registry.push(repository, `part${at}`, image)
  const mediaType = "application/vnd.oci.image.index.v1+json"
  const manifests = images.map((image) => {
    const { manifest } = ociImage(image)
    const platform = { os: "linux", architecture: image.architecture ?? host.architecture }
    return { mediaType: manifest.mediaType, digest: manifest.digest, size: manifest.size, platform }
  })
  const response = yield* rawHttp(registry.port, "PUT", `/v2/${repository}/manifests/${tag}`, {
    headers: { "Content-Type": mediaType },
    body: Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests }))
  })
  assert.strictEqual(response.status, 201)
  return response.headers["docker-content-digest"] ?? ""
})

describe("docker pull", () => {
  it.live("fetches by tag, tells of each layer in Docker's words, and says the second time that nothing is new", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        const digest = yield* registry.push("team/app", "1", layered)
        const name = `${registry.host}/team/app`
        const records = yield* pull(requestFor(name, { tag: "1" }))
        const { layers } = ociImage(layered)
        const ids = layers.map((layer) => short(layer.digest))

        assert.strictEqual(statuses(records)[0], "1: Pulling from team/app")
        for (const id of ids) {
          assert.deepStrictEqual(stages(records, id), ["Pulling fs layer", "Download complete", "Extracting", "Pull complete"])
        }
        assert.deepStrictEqual(statuses(records).slice(1, 4), ids.map((id) => `${id}: Pulling fs layer`))
        assert.deepStrictEqual(statuses(records).slice(-2), [`Digest: ${digest}`, `Status: Downloaded newer image for ${name}:1`])
        const images = yield* Images
        const found = yield* images.find(`${name}:1`)
        assert.deepStrictEqual([found.id, found.unpacked], [digest, true])
        assert.deepStrictEqual(yield* actions, [`pull ${name}`])

        const again = yield* pull(requestFor(`${name}:1`))
        for (const id of ids) assert.deepStrictEqual(stages(again, id), ["Pulling fs layer", "Already exists"])
        assert.deepStrictEqual(statuses(again).slice(-2), [`Digest: ${digest}`, `Status: Image is up to date for ${name}:1`])
        const held = yield* holdings(containerd)
        assert.deepStrictEqual([held.images, held.leases, held.ingests], [[`${name}:1`], [], []])
      })))

  it.live("fetches by digest", () =>
    withImages(() =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        const digest = yield* registry.push("app", "1", layered)
        const name = `${registry.host}/app`
        const records = yield* pull(requestFor(name, { tag: digest }))
        assert.strictEqual(statuses(records).at(-1), `Status: Downloaded newer image for ${name}@${digest}`)
        const images = yield* Images
        const view = yield* images.inspect(`${name}@${digest}`)
        assert.deepStrictEqual([view.repoTags, view.repoDigests], [[], [`${name}@${digest}`]])
      })))

  it.live("takes the host's platform out of an index, or the one asked for, and keeps both", () =>
    withImages(() =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        const other: TestImage = { ...busyboxVariant("x:1", {}, [[{ path: "foreign", content: "f" }]]), architecture: foreign.architecture }
        const index = yield* pushIndex(registry, "multi", "1", [layered, other])
        const name = `${registry.host}/multi:1`
        yield* pull(requestFor(name))
        const images = yield* Images
        const own = yield* images.find(name)
        assert.deepStrictEqual([own.id, own.platform, own.manifestDigest], [index, host, ociImage(layered).manifest.digest])
        assert.strictEqual((yield* Effect.flip(images.find(name, foreign)))._tag, "NoSuchPlatform")

        const second = yield* pull(requestFor(name, { platform: foreign }))
        assert.strictEqual(statuses(second).at(-1), `Status: Downloaded newer image for ${name}`)
        const theirs = yield* images.find(name, foreign)
        assert.deepStrictEqual([theirs.id, theirs.manifestDigest, theirs.unpacked], [index, ociImage(other).manifest.digest, true])
        assert.strictEqual((yield* images.find(name)).manifestDigest, own.manifestDigest)
        const available = (yield* images.inspect(name)).manifests.map((manifest) => manifest.available)
        assert.deepStrictEqual(available, [true, true])
        const failure = yield* Effect.flip(pull(requestFor(name, { platform: { os: "linux", architecture: "s390x" } })))
        assert.strictEqual(failure.message, "no matching manifest for linux/s390x in the manifest list entries")
      })))

  it.live("fails in Docker's words, and leaves nothing", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        yield* registry.push("there", "1", busyboxImage)
        const { host: at } = registry
        const failures = [
          [requestFor(`${at}/there:2`), "not-found", `manifest for ${at}/there:2 not found: manifest unknown: manifest unknown`],
          [requestFor(`${at}/none`), "not-found", `manifest for ${at}/none:latest not found: manifest unknown: manifest unknown`],
          [requestFor("scratch"), "forbidden", "'scratch' is a reserved name"],
          [requestFor(`${at}/there:1`, { platform: foreign }), "no-platform", `no matching manifest for linux/${foreign.architecture} in the manifest list entries`]
        ] as const
        for (const [request, reason, message] of failures) {
          const failure = yield* Effect.flip(pull(request))
          assert.deepStrictEqual(failure._tag === "PullFailed" && [failure.reason, failure.message], [reason, message])
        }
        const unreachable = yield* Effect.flip(pull(requestFor("127.0.0.1:1/x")))
        assert.match(unreachable.message, /connection refused/)
        assert.strictEqual((yield* Effect.flip(pull(requestFor("No Name"))))._tag, "InvalidRequest")
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
      })))

  it.live("shows credentials to the registry they are for, and is denied without", () =>
    withImages(() =>
      Effect.gen(function*() {
        const registry = yield* startRegistry({ authenticate: true })
        yield* registry.push("private", "1", busyboxImage)
        const name = `${registry.host}/private:1`
        const auth = (password: string) => ({
          auth: { username: registryUser.name, password, identityToken: "", registryToken: "", serverAddress: "" }
        })
        for (const request of [requestFor(name), requestFor(name, auth("wrong"))]) {
          const failure = yield* Effect.flip(pull(request))
          assert.strictEqual(
            failure.message,
            `pull access denied for ${registry.host}/private, repository does not exist or may require 'docker login'`
          )
        }
        yield* pull(requestFor(name, auth(registryUser.password)))
        assert.deepStrictEqual(yield* tags, [name])
      })))

  it.live("asks the mirrors for what belongs to Docker Hub, and tells it under its own name", () =>
    withImages(() =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        yield* registry.push("library/busybox", "latest", busyboxImage)
        const registries = { insecure: [], mirrors: ["http://127.0.0.1:1", `http://${registry.host}`] }
        const records = yield* pull(requestFor("docker.io/library/busybox", { tag: "latest", registries }))
        assert.deepStrictEqual(
          [statuses(records)[0], statuses(records).at(-1)],
          ["latest: Pulling from library/busybox", "Status: Downloaded newer image for busybox:latest"]
        )
        assert.deepStrictEqual(yield* tags, ["busybox:latest"])
      })))

  it.live("speaks to an insecure registry without TLS when that has none", () =>
    withImages(() =>
      Effect.gen(function*() {
        const registry = yield* startRegistry()
        yield* registry.push("app", "1", busyboxImage)
        // 127.0.0.1 in a form that is not known for this machine's own.
        const name = `[::ffff:7f00:1]:${registry.port}`
        yield* pull(requestFor(`${name}/app:1`, { registries: { insecure: [name], mirrors: [] } }))
        assert.deepStrictEqual(yield* tags, [`${name}/app:1`])
      })))

  it.live("leaves nothing of a blob that is not what its digest says, nor when it is given up", () =>
    withImages((containerd) =>
      Effect.gen(function*() {
        const { layers, manifest, config } = ociImage(layered)
        const [first] = layers
        const evil = yield* startTestRegistry((path) => {
          if (path.endsWith("/manifests/1") || path.endsWith(manifest.digest)) return { type: manifest.mediaType, body: manifest.content }
          if (path.endsWith(config.digest)) return { type: "application/octet-stream", body: config.content }
          const layer = layers.find(({ digest }) => path.endsWith(digest))
          if (layer === undefined) return undefined
          return { type: "application/octet-stream", body: layer === first ? Buffer.alloc(layer.size, 7) : layer.content }
        })
        const failure = yield* Effect.flip(pull(requestFor(`127.0.0.1:${evil.port}/bad:1`)))
        assert.strictEqual(failure._tag === "PullFailed" && failure.reason, "broken")
        assert.deepStrictEqual(yield* holdings(containerd), nothing)

        const slow = yield* startTestRegistry((path) => {
          if (path.endsWith("/manifests/1") || path.endsWith(manifest.digest)) return { type: manifest.mediaType, body: manifest.content }
          if (path.endsWith(config.digest)) return { type: "application/octet-stream", body: config.content }
          return "stall"
        })
        const pulling = yield* Effect.forkChild(pull(requestFor(`127.0.0.1:${slow.port}/slow:1`)))
        yield* eventually("the layers to be asked for", Effect.sync(() => slow.stalled() > 0 ? true : undefined))
        yield* Fiber.interrupt(pulling)
        assert.deepStrictEqual(yield* holdings(containerd), nothing)
      })))
})
