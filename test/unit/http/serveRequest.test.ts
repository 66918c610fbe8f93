import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { statSync } from "node:fs"
import { NoSuchContainer } from "../../../src/engine/containers/ContainerFailures.ts"
import { id, inspection } from "./fakeEngine.ts"
import { serve } from "./testServer.ts"

const common = { "api-version": "1.55", "ostype": "linux", "docker-experimental": "false", "gantry-config-revision": "7" }

it.live("answers ping in both forms, with all that clients negotiate by in the headers", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({})
    const head = yield* ask("/_ping", { method: "HEAD" })
    assert.strictEqual(head.status, 200)
    assert.strictEqual(head.headers["content-length"], "0")
    const get = yield* ask("/v1.24/_ping")
    assert.strictEqual(get.text, "OK")
    for (const { headers } of [head, get]) {
      assert.include(headers, { ...common, "swarm": "inactive", "pragma": "no-cache" })
      assert.match(String(headers.server), /^Docker\/[\d.]+ \(linux\)$/)
      assert.isDefined(headers["gantry-request-id"])
    }
  }))

it.live("gives failures Docker's body, and a content type without parameters", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({
      containers: { inspect: (reference) => Effect.fail(new NoSuchContainer({ reference })) }
    })
    const answer = yield* ask("/v1.44/containers/web/json")
    assert.strictEqual(answer.status, 404)
    assert.strictEqual(answer.headers["content-type"], "application/json")
    assert.include(answer.headers, common)
    assert.strictEqual(answer.text, `{"message":"No such container: web","code":"NoSuchContainer"}\n`)
  }))

it.live("answers unknown paths and methods with 404", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({})
    for (const [method, url] of [["GET", "/nope"], ["GET", "/"], ["PATCH", "/_ping"], ["POST", "/v1.44/containers/json"]] as const) {
      const answer = yield* ask(url, { method })
      assert.strictEqual(answer.status, 404)
      assert.deepStrictEqual(JSON.parse(answer.text), { message: "page not found", code: "PageNotFound" })
      assert.include(answer.headers, common)
    }
  }))

it.live("refuses versions that are too old or too new", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({})
    const old = yield* ask("/v1.20/_ping")
    assert.strictEqual(old.status, 400)
    assert.strictEqual(old.headers["content-type"], "text/plain")
    assert.strictEqual(
      old.text,
      "client version 1.20 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version\n"
    )
    assert.strictEqual((yield* ask("/v1.9/_ping")).status, 400)
    const young = yield* ask("/v1.99/_ping")
    assert.strictEqual(JSON.parse(young.text).message, "client version 1.99 is too new. Maximum supported API version is 1.55")
    assert.strictEqual((yield* ask("/v1.41/../v1.24/_ping")).status, 200)
  }))

it.live("answers 500 with an incident for a defect, and goes on", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({ containers: { inspect: () => Effect.die(new Error("bug")) } })
    const answer = yield* ask("/containers/web/json")
    assert.strictEqual(answer.status, 500)
    assert.strictEqual(JSON.parse(answer.text).incident, answer.headers["gantry-request-id"])
    assert.include(answer.headers, common)
    assert.strictEqual((yield* ask("/_ping")).status, 200)
  }))

it.live("makes its socket for owner and group alone", () =>
  Effect.gen(function*() {
    const { path } = yield* serve({})
    assert.strictEqual(statSync(path).mode & 0o777, 0o660)
  }))

it.live("shows a container, and the same again", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({ containers: { inspect: () => Effect.succeed(inspection()) } })
    const answer = yield* ask("/containers/web/json")
    const body = JSON.parse(answer.text)
    assert.strictEqual(body.Id, id)
    assert.strictEqual(body.Name, "/web")
    assert.isTrue(body.State.Running)
    assert.isNull(body.ExecIDs)
  }))

describe("requests that two readers could read differently", () => {
  it.live("are refused", () =>
    Effect.gen(function*() {
      const { talk } = yield* serve({})
      assert.match(yield* talk("GET /_ping HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 400 /)
      assert.match(
        yield* talk("POST /images/load HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n"),
        /^HTTP\/1\.1 501 /
      )
      assert.match(yield* talk("GET /_ping HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"), /^HTTP\/1\.1 200 /)
    }))
})
