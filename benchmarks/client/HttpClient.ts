import { Effect, Schema, type Scope } from "effect"
import { connect, type Socket } from "node:net"
import { ResponseParser } from "./ResponseParser.ts"

export class RequestFailed extends Schema.TaggedError<RequestFailed>()("RequestFailed", {
  request: Schema.String,
  message: Schema.String
}) {}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>
  /** Bytes as they are; anything else goes as JSON. */
  readonly body?: unknown
  /** Gets the body instead of the answer. */
  readonly onBody?: (bytes: Buffer) => void
}

/** Talks to one socket on connections that it keeps. An answer above 399 is a failure. */
export interface HttpClient {
  request(method: string, path: string, options?: RequestOptions): Effect.Effect<Answer, RequestFailed>
  /** A POST that takes its connection over (exec, attach), on one of its own, as clients do; gives all that came. */
  hijack(path: string, body: unknown): Effect.Effect<Answer, RequestFailed>
}

const encode = (method: string, path: string, { body, headers }: RequestOptions, hijacking: boolean): Buffer => {
  const bytes = body === undefined ? Buffer.alloc(0) : body instanceof Uint8Array ? Buffer.from(body) : Buffer.from(JSON.stringify(body))
  const fields = {
    Host: "docker",
    ...(body === undefined ? {} : { "Content-Type": body instanceof Uint8Array ? "application/x-tar" : "application/json" }),
    ...(method === "GET" ? {} : { "Content-Length": String(bytes.length) }),
    ...(hijacking ? { Connection: "Upgrade", Upgrade: "tcp" } : {}),
    ...headers
  }
  const head = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), bytes])
}

const exchange = (
  socket: Socket,
  request: string,
  bytes: Buffer,
  parserOptions: { readonly hijacking: boolean; readonly onBody: ((bytes: Buffer) => void) | undefined }
) =>
  Effect.callback<Answer, RequestFailed>((resume) => {
    const parts: Array<Buffer> = []
    const parser = new ResponseParser({
      hijacking: parserOptions.hijacking,
      onBody: parserOptions.onBody ?? ((part) => parts.push(part))
    })
    const finish = (result: Effect.Effect<Answer, RequestFailed>) => {
      socket.off("data", read).off("end", end).off("error", fail)
      resume(result)
    }
    const fail = (error: Error) => finish(Effect.fail(new RequestFailed({ request, message: error.message })))
    const answered = () => {
      const answer = { status: parser.status, headers: parser.headers, body: Buffer.concat(parts) }
      if (answer.status < 400) return finish(Effect.succeed(answer))
      fail(new Error(`${answer.status} ${answer.body.toString().trim()}`))
    }
    const read = (chunk: Buffer) => {
      parser.push(chunk)
      if (parser.complete) answered()
    }
    const end = () => parser.end() ? answered() : fail(new Error("the connection was closed"))
    socket.on("data", read).on("end", end).on("error", fail)
    socket.write(bytes)
    return Effect.sync(() => {
      socket.off("data", read).off("end", end).off("error", fail)
      socket.destroy()
    })
  })

/** A client whose connections are closed with the scope. */
export const httpClient = (socketPath: string): Effect.Effect<HttpClient, never, Scope.Scope> =>
  Effect.gen(function*() {
    const idle: Array<Socket> = []
    yield* Effect.addFinalizer(() => Effect.sync(() => idle.splice(0).forEach((socket) => socket.destroy())))

    const open = (request: string) =>
      Effect.callback<Socket, RequestFailed>((resume) => {
        const socket = connect({ path: socketPath })
        const refused = (error: Error) => resume(Effect.fail(new RequestFailed({ request, message: error.message })))
        socket.once("error", refused).once("connect", () => {
          // An idle connection that breaks is only taken out of the pool.
          socket.off("error", refused).on("error", () => undefined)
          resume(Effect.succeed(socket))
        })
        socket.once("close", () => {
          const at = idle.indexOf(socket)
          if (at >= 0) idle.splice(at, 1)
        })
      })

    const request: HttpClient["request"] = (method, path, options = {}) => {
      const name = `${method} ${path}`
      return Effect.suspend(() => {
        const kept = idle.pop()
        return kept === undefined ? open(name) : Effect.succeed(kept)
      }).pipe(
        Effect.flatMap((socket) =>
          Effect.tap(
            exchange(socket, name, encode(method, path, options, false), { hijacking: false, onBody: options.onBody }),
            ({ headers }) =>
              Effect.sync(() => {
                if (headers["connection"] === "close") socket.destroy()
                else idle.push(socket)
              })
          ))
      )
    }

    const hijack: HttpClient["hijack"] = (path, body) => {
      const name = `POST ${path}`
      return Effect.flatMap(open(name), (socket) =>
        Effect.ensuring(
          exchange(socket, name, encode("POST", path, { body }, true), { hijacking: true, onBody: undefined }),
          Effect.sync(() => socket.destroy())
        ))
    }

    return { request, hijack }
  })
