import { Effect, Layer } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { connect } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as HttpServer from "../../../src/http/HttpServer.ts"
import { type Fakes, fakeEngine } from "./fakeEngine.ts"

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  readonly text: string
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

/** A directory of its own, gone with the scope. */
export const temporaryDirectory = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "gantry-http-"))),
  (directory) => Effect.sync(() => rmSync(directory, { recursive: true, force: true }))
)

/** One request, and its whole answer. */
export const ask = (path: string, url: string, { body, headers = {}, method = "GET" }: Asked = {}) =>
  Effect.callback<Answer>((resume) => {
    const request = httpRequest({ socketPath: path, path: url, method, headers, agent: false }, (response) => {
      const parts: Array<Buffer> = []
      response.on("data", (part: Buffer) => parts.push(part))
      response.on("error", (error) => resume(Effect.die(error)))
      response.on("end", () =>
        resume(Effect.succeed({
          status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(parts).toString()
        })))
    })
    request.on("error", (error) => resume(Effect.die(error)))
    request.end(body)
    return Effect.sync(() => request.destroy())
  })

/** Serves the fakes on a socket of its own for as long as the scope lives. */
export const serve = Effect.fnUntraced(function*(fakes: Fakes) {
  const path = join(yield* temporaryDirectory, "api.sock")
  yield* Layer.build(HttpServer.layer({ hosts: [`unix://${path}`], group: "" }).pipe(Layer.provide(fakeEngine(fakes))))
  return {
    path,
    ask: (url: string, asked?: Asked) => ask(path, url, asked),
    /** Sends the parts one after the other, then ends its half; gives all that comes until the server ends. */
    talk: (...parts: ReadonlyArray<string>) =>
      Effect.callback<string>((resume) => {
        const socket = connect({ path, allowHalfOpen: true })
        let all = ""
        socket.on("data", (bytes) => all += bytes.toString("latin1"))
        socket.on("end", () => resume(Effect.succeed(all)))
        socket.on("error", (error) => resume(Effect.die(error)))
        for (const part of parts) socket.write(part, "latin1")
        socket.end()
        return Effect.sync(() => socket.destroy())
      })
  }
})

export const json = (body: unknown): Asked => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: typeof body === "string" ? body : JSON.stringify(body)
})
