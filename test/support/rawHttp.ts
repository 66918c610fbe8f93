import { Effect } from "effect"
import { connect, type Socket } from "node:net"

/** A connection on which a test says the bytes itself. */
export interface RawConnection {
  write(data: string | Uint8Array): Effect.Effect<void>
  /** Ends our half; the peer may go on writing. */
  readonly end: Effect.Effect<void>
  /** What has come so far. */
  readonly received: Effect.Effect<Buffer>
  /** Waits until what has come satisfies `enough` and gives it; dies if the peer closes before. */
  until(enough: (received: Buffer) => boolean): Effect.Effect<Buffer>
  /** Waits until the peer has ended its half, or the connection broke, and gives all that came. */
  readonly closed: Effect.Effect<Buffer>
  /** Reads nothing more until `resume`: the peer's bytes wait with the peer. */
  readonly pause: Effect.Effect<void>
  readonly resume: Effect.Effect<void>
  /** Breaks the connection. */
  readonly destroy: Effect.Effect<void>
}

/** Where to connect: a unix socket's path, or a TCP port of 127.0.0.1. */
export type Where = string | number

const open = (where: Where) =>
  Effect.callback<Socket>((resume) => {
    const options = typeof where === "string" ? { path: where } : { host: "127.0.0.1", port: where }
    const socket = connect({ ...options, allowHalfOpen: true })
    socket.once("connect", () => resume(Effect.succeed(socket)))
    socket.once("error", (reason) => resume(Effect.die(reason)))
  })

const connectionOf = (socket: Socket): RawConnection => {
  let chunks: Array<Buffer> = []
  let ended = false
  socket.on("data", (chunk) => chunks.push(chunk))
  const received = () => {
    if (chunks.length > 1) chunks = [Buffer.concat(chunks)]
    return chunks[0] ?? Buffer.alloc(0)
  }
  const finish = () => {
    ended = true
  }
  socket.on("end", finish)
  socket.on("close", finish)
  // A reset is an end as well; what came before it still counts.
  socket.on("error", finish)
  const when = (ready: () => Effect.Effect<Buffer> | undefined) =>
    Effect.callback<Buffer>((resume) => {
      const look = () => {
        const result = ready()
        if (result !== undefined) resume(result)
      }
      const events = ["data", "end", "close", "error"]
      for (const event of events) socket.on(event, look)
      look()
      return Effect.sync(() => events.forEach((event) => socket.off(event, look)))
    })
  return {
    write: (data) =>
      Effect.callback((resume) => {
        socket.write(data, () => resume(Effect.void))
      }),
    end: Effect.sync(() => void socket.end()),
    received: Effect.sync(received),
    until: (enough) =>
      when(() =>
        enough(received())
          ? Effect.succeed(received())
          : ended
          ? Effect.die(new Error(`the connection ended after:\n${received().toString("latin1")}`))
          : undefined
      ),
    closed: when(() => ended ? Effect.succeed(received()) : undefined),
    pause: Effect.sync(() => void socket.pause()),
    resume: Effect.sync(() => void socket.resume()),
    destroy: Effect.sync(() => void socket.destroy())
  }
}

/** A connection that is broken off when its scope closes. */
export const rawConnection = (where: Where) =>
  Effect.acquireRelease(open(where), (socket) => Effect.sync(() => socket.destroy())).pipe(Effect.map(connectionOf))

export interface RawResponse {
  readonly status: number
  /** Names in lower case; of repeated fields, the last. */
  readonly headers: Record<string, string>
  readonly body: Buffer
}

const unchunked = (body: Buffer): Buffer => {
  const parts: Array<Buffer> = []
  for (let at = 0;;) {
    const lineEnd = body.indexOf("\r\n", at)
    const size = parseInt(body.toString("latin1", at, lineEnd), 16)
    if (lineEnd < 0 || !(size > 0)) return Buffer.concat(parts)
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size))
    at = lineEnd + 4 + size
  }
}

/** Reads the bytes of one whole answer. */
export const parseResponse = (bytes: Buffer): RawResponse => {
  const headEnd = bytes.indexOf("\r\n\r\n")
  const [statusLine = "", ...lines] = bytes.toString("latin1", 0, headEnd).split("\r\n")
  const headers = Object.fromEntries(lines.map((line): [string, string] => {
    const colon = line.indexOf(":")
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
  }))
  const rest = bytes.subarray(headEnd + 4)
  return {
    status: Number(statusLine.split(" ")[1]),
    headers,
    body: headers["transfer-encoding"] === "chunked" ? unchunked(rest) : rest
  }
}

/** One request on a connection of its own, with `Connection: close`, and the whole answer. */
export const rawHttp = (
  where: Where,
  method: string,
  path: string,
  options: { readonly headers?: Record<string, string>; readonly body?: string | Uint8Array } = {}
): Effect.Effect<RawResponse> =>
  Effect.gen(function*() {
    const connection = yield* rawConnection(where)
    const body = Buffer.from(options.body ?? "")
    const headers = { Host: "gantry", Connection: "close", "Content-Length": `${body.length}`, ...options.headers }
    const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join("")
    yield* connection.write(Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${head}\r\n`), body]))
    return parseResponse(yield* connection.closed)
  }).pipe(Effect.scoped)

/** As `rawHttp` with a JSON body; gives the decoded JSON of the answer, or `undefined` if it has no body. */
export const rawJson = (where: Where, method: string, path: string, body?: unknown) =>
  Effect.map(
    rawHttp(where, method, path, body === undefined ? {} : {
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body)
    }),
    (response): { readonly status: number; readonly json: unknown } => ({
      status: response.status,
      json: response.body.length === 0 ? undefined : JSON.parse(response.body.toString())
    })
  )
