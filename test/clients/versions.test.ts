import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestEngine } from "../support/engine.ts"
import { rawConnection, rawHttp, rawJson } from "../support/rawHttp.ts"

const versions = ["/v1.24", "/v1.43", "/v1.44", "/v1.51", "/v1.55", ""]

layer(TestEngine.layer(), { excludeTestServices: true })("the API", (it) => {
  for (const version of versions) {
    it.effect(`takes a container from create to removal at ${version === "" ? "no version" : version.slice(1)}`, () =>
      Effect.gen(function*() {
        const { socket } = yield* TestEngine
        const call = (method: string, path: string, body?: unknown) => rawJson(socket, method, `${version}${path}`, body)
        const created = yield* call("POST", "/containers/create?name=walker", {
          Image: "busybox", Cmd: ["sh", "-c", "echo out; trap 'exit 3' TERM; while :; do sleep 0.05; done"]
        })
        assert.strictEqual(created.status, 201)
        const { Id, Warnings } = created.json as { readonly Id: string; readonly Warnings: ReadonlyArray<string> }
        assert.deepStrictEqual(Warnings, [])
        assert.strictEqual((yield* call("POST", "/containers/walker/start")).status, 204)
        assert.strictEqual((yield* call("POST", "/containers/walker/start")).status, 304)
        const listed = (yield* call("GET", "/containers/json")).json as ReadonlyArray<{ readonly Id: string; readonly State: string }>
        assert.deepStrictEqual(listed.map(({ Id, State }) => ({ Id, State })), [{ Id, State: "running" }])
        const inspected = (yield* call("GET", "/containers/walker/json")).json as {
          readonly Name: string; readonly State: { readonly Running: boolean }; readonly Config: { readonly Image: string }
        }
        assert.deepStrictEqual([inspected.Name, inspected.State.Running, inspected.Config.Image], ["/walker", true, "busybox"])
        const exec = yield* call("POST", "/containers/walker/exec", { AttachStdout: true, Cmd: ["echo", "from exec"] })
        const execId = (exec.json as { readonly Id: string }).Id
        const output = yield* rawHttp(socket, "POST", `${version}/exec/${execId}/start`, {
          headers: { "Content-Type": "application/json" }, body: "{\"Detach\":false,\"Tty\":false}"
        })
        assert.deepStrictEqual([output.status, output.body.subarray(8).toString()], [200, "from exec\n"])
        assert.strictEqual(((yield* call("GET", `/exec/${execId}/json`)).json as { readonly ExitCode: number }).ExitCode, 0)
        const follower = yield* rawConnection(socket)
        yield* follower.write(`GET ${version}/containers/walker/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: gantry\r\nConnection: close\r\n\r\n`)
        yield* follower.until((bytes) => bytes.includes("out\n"))
        assert.strictEqual((yield* call("POST", "/containers/walker/stop?t=10")).status, 204)
        assert.strictEqual((yield* call("POST", "/containers/walker/stop")).status, 304)
        yield* follower.closed
        assert.deepStrictEqual((yield* call("POST", "/containers/walker/wait")).json, { StatusCode: 3 })
        assert.strictEqual((yield* call("DELETE", "/containers/walker")).status, 204)
        assert.strictEqual((yield* call("GET", "/containers/walker/json")).status, 404)
      }))

    it.effect(`answers what clients read of the engine and its images at ${version === "" ? "no version" : version.slice(1)}`, () =>
      Effect.gen(function*() {
        const { socket } = yield* TestEngine
        const get = (path: string) => rawJson(socket, "GET", `${version}${path}`)
        for (const path of ["/info", "/version", "/images/json", "/images/busybox/json", "/images/busybox/history", "/networks", "/volumes", "/system/df"]) {
          assert.strictEqual((yield* get(path)).status, 200, path)
        }
        const { ApiVersion, MinAPIVersion } = (yield* get("/version")).json as { readonly ApiVersion: string; readonly MinAPIVersion: string }
        assert.deepStrictEqual([ApiVersion, MinAPIVersion], ["1.55", "1.24"])
      }))
  }

  it.effect("is negotiated by a ping without a version", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const { body, headers, status } = yield* rawHttp(socket, "HEAD", "/_ping")
      assert.deepStrictEqual([status, body.length, headers["api-version"], headers["content-length"]], [200, 0, "1.55", "0"])
      assert.strictEqual((yield* rawHttp(socket, "GET", "/_ping")).body.toString(), "OK")
    }))
})
