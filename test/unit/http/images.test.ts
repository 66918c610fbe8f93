import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { NoSuchImage, PullFailed } from "../../../src/engine/images/ImageFailures.ts"
import type { ImageView } from "../../../src/engine/images/ImageView.ts"
import type { PullRequest } from "../../../src/engine/images/Images.ts"
import { serve } from "./testServer.ts"

const digest = `sha256:${"ab".repeat(32)}`
const image: ImageView = {
  id: digest, target: { mediaType: "application/vnd.oci.image.index.v1+json", digest, size: 610 }, repoTags: [], repoDigests: [],
  created: "", lastTagTimeNanos: 1_767_323_045_000_000_000n, sizeBytes: 1234, shown: undefined, manifests: []
}
const post = { method: "POST" }

describe("names of images", () => {
  it.live("may hold slashes, colons and escapes", () =>
    Effect.gen(function*() {
      const names: Array<string> = []
      const { ask } = yield* serve({
        images: {
          inspect: (name) => Effect.sync(() => {
            names.push(name)
            return image
          }),
          remove: (name) => Effect.as(Effect.sync(() => names.push(name)), [{ untagged: name }, { deleted: digest }]),
          tag: (name, repository, tag) => Effect.sync(() => {
            names.push(`${name} ${repository} ${tag}`)
          })
        }
      })
      yield* ask("/images/localhost:5000/a/b:c/json")
      yield* ask("/images/json/json")
      yield* ask(`/images/a%2Fb%3Ac/json`)
      assert.strictEqual((yield* ask("/images/a/b:c/tag?repo=x/y&tag=z", post)).status, 201)
      const removed = yield* ask(`/images/a@${digest}?force=1`, { method: "DELETE" })
      assert.deepStrictEqual(JSON.parse(removed.text), [{ Untagged: `a@${digest}` }, { Deleted: digest }])
      assert.deepStrictEqual(names, ["localhost:5000/a/b:c", "json", "a/b:c", "a/b:c x/y z", `a@${digest}`])
    }))
})

describe("images, by version", () => {
  const served = serve({
    images: { inspect: () => Effect.succeed(image), list: () => Effect.succeed([{ image, sharedBytes: -1, containers: 2 }]) }
  })

  it.live("shapes rows of the list", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const row = (version: string) => Effect.map(ask(`/v${version}/images/json`), ({ text }) => JSON.parse(text)[0])
      assert.deepInclude(yield* row("1.51"), { Containers: 2, RepoTags: [], SharedSize: -1, Size: 1234 })
      assert.isDefined((yield* row("1.48")).Descriptor)
      assert.strictEqual((yield* row("1.50")).Containers, -1)
      assert.isUndefined((yield* row("1.47")).Descriptor)
      assert.strictEqual((yield* row("1.43")).VirtualSize, 1234)
      assert.deepInclude(yield* row("1.42"), { RepoTags: ["<none>:<none>"], RepoDigests: ["<none>@<none>"] })
    }))

  it.live("shapes inspect", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const at = (version: string) => Effect.map(ask(`/v${version}/images/a/json`), ({ text }) => JSON.parse(text))
      const young = yield* at("1.55")
      assert.deepInclude(young, { Id: digest, Size: 1234 })
      assert.isUndefined(young.Parent)
      assert.deepInclude(yield* at("1.51"), { Parent: "", Author: "", GraphDriver: { Data: null, Name: "overlayfs" } })
      assert.strictEqual((yield* at("1.49")).Config.Domainname, "")
      assert.isUndefined((yield* at("1.47")).Descriptor)
      assert.strictEqual((yield* at("1.44")).Container, "")
      assert.strictEqual((yield* at("1.43")).Created, "0001-01-01T00:00:00Z")
    }))

  it.live("takes a platform as an object, not together with manifests", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const platform = encodeURIComponent(`{"os":"linux","architecture":"arm64"}`)
      const message = (url: string) => Effect.map(ask(url), ({ text }) => JSON.parse(text).message)
      assert.strictEqual((yield* ask(`/images/a/json?platform=${platform}`)).status, 200)
      assert.strictEqual(
        yield* message(`/images/a/json?manifests=1&platform=${platform}`),
        "conflicting options: manifests and platform options cannot both be set"
      )
      assert.strictEqual(yield* message(`/images/a/json?platform=${encodeURIComponent(`{"os":"linux"}`)}`),
        "both OS and Architecture must be provided")
    }))
})

describe("pull", () => {
  it.live("streams its progress, and ends with what went wrong", () =>
    Effect.gen(function*() {
      const asked: Array<PullRequest> = []
      const { ask } = yield* serve({
        images: {
          pull: (request) => Stream.suspend(() => {
            asked.push(request)
            return Stream.concat(
              Stream.make({ status: "Pulling from library/alpine", id: "latest" }),
              Stream.fail(new PullFailed({ reference: "alpine", reason: "broken", message: "unexpected EOF" }))
            )
          })
        }
      })
      const auth = Buffer.from(JSON.stringify({ username: "u", password: "p?>" })).toString("base64url")
      const answer = yield* ask("/images/create?fromImage=docker.io/library/alpine&tag=latest&platform=linux/arm64", {
        method: "POST", headers: { "x-registry-auth": auth }
      })
      assert.strictEqual(answer.status, 200)
      assert.strictEqual(
        answer.text,
        `{"status":"Pulling from library/alpine","id":"latest"}\r\n{"errorDetail":{"message":"unexpected EOF"},"error":"unexpected EOF"}\r\n`
      )
      assert.deepStrictEqual(asked, [{
        reference: "docker.io/library/alpine", tag: "latest", platform: { os: "linux", architecture: "arm64" },
        auth: { username: "u", password: "p?>", identityToken: "", registryToken: "", serverAddress: "" },
        registries: { insecure: [], mirrors: [] }
      }])
    }))

  it.live("has a status when it fails before its first record", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        images: { pull: ({ reference }) => Stream.fail(new PullFailed({ reference, reason: "denied", message: `pull access denied for ${reference}` })) }
      })
      const answer = yield* ask("/images/create?fromImage=x", post)
      assert.strictEqual(answer.status, 404)
      assert.strictEqual(JSON.parse(answer.text).message, "pull access denied for x")
      assert.strictEqual((yield* ask("/images/create", post)).status, 400)
    }))
})

describe("load and import", () => {
  it.live("take archives of any length", () =>
    Effect.gen(function*() {
      const count = (bytes: Stream.Stream<Uint8Array>) =>
        Stream.fromEffect(Effect.map(
          Stream.runFold(bytes, () => 0, (sum, chunk) => sum + chunk.length),
          (sum) => ({ stream: `${sum} bytes\n` })
        ))
      const { ask } = yield* serve({ images: { load: count, importRootfs: (bytes, { changes }) =>
        Stream.concat(count(bytes), Stream.make({ status: changes.join(",") })) } })
      const body = Buffer.alloc(6 * 1024 * 1024)
      const loaded = yield* ask("/images/load?quiet=1", { ...post, body })
      assert.strictEqual(loaded.text, `{"stream":"6291456 bytes\\n"}\r\n`)
      const imported = yield* ask("/images/create?fromSrc=-&changes=CMD+sh&changes=ENV+a%3Db", { ...post, body: "abc" })
      assert.strictEqual(imported.text, `{"stream":"3 bytes\\n"}\r\n{"status":"CMD sh,ENV a=b"}\r\n`)
    }))
})

describe("save", () => {
  it.live("gives one archive for one image or several, and a status when one is missing", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        images: {
          save: (references) => references.includes("x")
            ? Stream.fail(new NoSuchImage({ reference: "x:latest" }))
            : Stream.fromIterable(references.map((reference) => Buffer.from(`<${reference}>`)))
        }
      })
      const saved = yield* ask("/images/get?names=a&names=b/c:d")
      assert.strictEqual(saved.headers["content-type"], "application/x-tar")
      assert.strictEqual(saved.text, "<a><b/c:d>")
      assert.strictEqual((yield* ask("/images/b/c:d/get")).text, "<b/c:d>")
      assert.strictEqual((yield* ask("/images/x/get")).status, 404)
    }))
})

it.live("answers 404 for an image that is not here", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({ images: { inspect: (reference) => Effect.fail(new NoSuchImage({ reference: `${reference}:latest` })) } })
    const answer = yield* ask("/images/x/json")
    assert.strictEqual(answer.status, 404)
    assert.strictEqual(JSON.parse(answer.text).message, "No such image: x:latest")
  }))
