import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { createServer } from "node:http"
import { join } from "node:path"
import { dockerAt } from "../../support/docker.ts"
import { rawHttp } from "../../support/rawHttp.ts"
import { runProcess } from "../../support/runProcess.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"
import { startTerminal } from "../../support/terminal.ts"

const echoServer = (socket: string) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((request, response) => {
        response.setHeader("Api-Version", "1.47")
        response.write(`${request.method} ${request.url} `)
        request.on("data", (chunk) => response.write(chunk)).on("end", () => response.end())
      })
      server.listen(socket, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.sync(() => server.close())
  )

describe("the clients of a test", () => {
  it.live("run the docker CLI and its compose plug-in against the given socket", () =>
    Effect.gen(function*() {
      const socket = join(yield* tempDirectory(), "d.sock")
      yield* echoServer(socket)
      const docker = yield* dockerAt(socket)
      assert.match(yield* docker.text(["compose", "version", "--short"]), /^2\./)
      const inspected = yield* docker.run(["inspect", "--type", "container", "some"])
      assert.strictEqual(inspected.code, 1)
      assert.include(inspected.stderr, "invalid character 'G'")
    }).pipe(Effect.scoped))

  it.live("exchange bytes over a socket", () =>
    Effect.gen(function*() {
      const socket = join(yield* tempDirectory(), "d.sock")
      yield* echoServer(socket)
      const response = yield* rawHttp(socket, "POST", "/any", { body: "body" })
      assert.deepStrictEqual([response.status, response.headers["api-version"], response.body.toString()], [
        200,
        "1.47",
        "POST /any body"
      ])
    }).pipe(Effect.scoped))

  it.live("sit at a terminal: type, read, resize, and see how it ended", () =>
    Effect.gen(function*() {
      const terminal = yield* startTerminal(["sh"], { columns: 100, rows: 30, env: { PS1: "ready> " } })
      yield* terminal.shows("ready> ")
      yield* terminal.type("stty size\r")
      yield* terminal.shows("30 100")
      yield* terminal.resize(70, 20)
      yield* terminal.type("stty size; exit 5\r")
      yield* terminal.shows("20 70")
      assert.strictEqual(yield* terminal.exit, 5)
    }).pipe(Effect.scoped))

  it.live("tell how a program ended, with its bytes", () =>
    Effect.gen(function*() {
      const finished = yield* runProcess("sh", ["-c", "cat; echo oops >&2; kill -9 $$"], { stdin: "in" })
      assert.deepStrictEqual([finished.code, finished.stdout, finished.stderr], [137, "in", "oops\n"])
    }))
})
