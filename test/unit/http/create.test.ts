import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { CreateRequest } from "../../../src/engine/containers/Containers.ts"
import { NameInUse } from "../../../src/engine/containers/ContainerFailures.ts"
import { NoSuchImage } from "../../../src/engine/images/ImageFailures.ts"
import { id } from "./fakeEngine.ts"
import { json, serve } from "./testServer.ts"

const creating = Effect.gen(function*() {
  const requests: Array<CreateRequest> = []
  const server = yield* serve({
    containers: {
      create: (request) => Effect.sync(() => {
        requests.push(request)
        return { id, warnings: ["from below"] }
      })
    }
  })
  return { ...server, requests }
})

const messageOf = (text: string): string => JSON.parse(text).message

describe("POST /containers/create", () => {
  it.live("reads fields as Go does: any case, null as absent, unknown ones ignored, zero values for the rest", () =>
    Effect.gen(function*() {
      const { ask, requests } = yield* creating
      const answer = yield* ask("/v1.44/containers/create?name=web&platform=linux/arm64/v8", json(
        `{"image":"busybox","CMD":"sh","Entrypoint":null,"Bogus":{"a":[1]},"HostConfig":{"memory":6291456,"Binds":null,"MaskedPaths":[]},` +
          `"NetworkingConfig":{"EndpointsConfig":{"net":null}},"Labels":{"__proto__":"x","Constructor":"y"},"ExposedPorts":{"80/tcp":null}}`
      ))
      assert.strictEqual(answer.status, 201)
      assert.strictEqual(answer.text, `{"Id":"${id}","Warnings":["from below"]}\n`)
      const [request] = requests
      assert.strictEqual(request?.name, "web")
      assert.deepStrictEqual(request?.platform, { os: "linux", architecture: "arm64", variant: "v8" })
      assert.deepStrictEqual(request?.config.Cmd, ["sh"])
      assert.isNull(request?.config.Entrypoint ?? null)
      assert.deepStrictEqual(Object.entries(request?.config.Labels ?? {}), [["__proto__", "x"], ["Constructor", "y"]])
      assert.deepStrictEqual(request?.config.ExposedPorts, { "80/tcp": {} })
      assert.strictEqual(request?.hostConfig.Memory, 6291456)
      assert.isNull(request?.hostConfig.Binds ?? null)
      assert.deepStrictEqual(request?.hostConfig.MaskedPaths, [])
      assert.isNull(request?.hostConfig.ReadonlyPaths ?? null)
      assert.strictEqual(request?.hostConfig.NetworkMode, "bridge")
      assert.deepStrictEqual(request?.endpoints.net?.Aliases, null)
    }))

  it.live("refuses bodies that are not what they should be, in Docker's words", () =>
    Effect.gen(function*() {
      const { ask, requests } = yield* creating
      const refusals: ReadonlyArray<readonly [body: string | Buffer, type: string | undefined, message: string | RegExp]> = [
        ["", "application/json", "invalid JSON: got EOF while reading request body"],
        ["{}", "application/json", "config cannot be empty in order to create a container"],
        [`{"Image":"a"} x`, "application/json", "unexpected content after JSON"],
        [`{"Image":"a"`, "application/json", /^invalid JSON: /],
        [`{"Image":"a"}`, "text/plain", "unsupported Content-Type header (text/plain): must be 'application/json'"],
        [`{"Image":"a"}`, "nonsense", "malformed Content-Type header (nonsense): mime: no media type"],
        [`{"Image":5}`, "application/json", /^invalid JSON: Image: /],
        [`{"Image":"a","HostConfig":{"Memory":9007199254740993}}`, "application/json", /^invalid JSON: HostConfig.Memory: /],
        [`{"Image":"a","Image":"b"}`, "application/json", `invalid JSON: duplicate key "Image"`],
        [`{"Image":"a","x":${"[".repeat(70)}${"]".repeat(70)}}`, "application/json", "invalid JSON: exceeded max depth"],
        [Buffer.from([0x22, 0xff, 0x22]), "application/json", "invalid JSON: request body is not valid UTF-8"]
      ]
      for (const [body, type, message] of refusals) {
        const answer = yield* ask("/containers/create", {
          method: "POST", body, headers: type === undefined ? {} : { "content-type": type }
        })
        assert.strictEqual(answer.status, 400, String(body))
        if (typeof message === "string") assert.strictEqual(messageOf(answer.text), message)
        else assert.match(messageOf(answer.text), message)
      }
      assert.lengthOf(requests, 0)
    }))

  it.live("refuses bodies that are too long, with and without a stated length", () =>
    Effect.gen(function*() {
      const { ask } = yield* creating
      const body = `{"Image":"${"a".repeat(5 * 1024 * 1024)}"}`
      const stated = yield* ask("/containers/create", json(body))
      assert.strictEqual(stated.status, 413)
      const chunked = yield* ask("/containers/create", {
        method: "POST", body, headers: { "content-type": "application/json", "transfer-encoding": "chunked" }
      })
      assert.strictEqual(chunked.status, 413)
    }))

  it.live("says what is in the way", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        containers: {
          create: ({ name = "" }) =>
            Effect.fail(name === "web" ? new NameInUse({ name, ownerId: id }) : new NoSuchImage({ reference: "alpine:latest" }))
        }
      })
      const conflict = yield* ask("/containers/create?name=web", json({ Image: "alpine" }))
      assert.strictEqual(conflict.status, 409)
      assert.strictEqual(
        messageOf(conflict.text),
        `Conflict. The container name "/web" is already in use by container "${id}". ` +
          "You have to remove (or rename) that container to be able to reuse that name."
      )
      const missing = yield* ask("/containers/create", json({ Image: "alpine" }))
      assert.strictEqual(missing.status, 404)
      assert.strictEqual(messageOf(missing.text), "No such image: alpine:latest")
    }))
})
