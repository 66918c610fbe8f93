import { Server } from "node:http"
import type { Socket } from "node:net"
import { HijackableRequest } from "./HijackableRequest.ts"
import { unchunk } from "./unchunk.ts"

const chunkedBytesMax = 1024 * 1024
const headerBytesMax = 64 * 1024
const connectionsMax = 8192
const limits = {
  // The default would cut builds and loads.
  requestTimeout: 0,
  headersTimeout: 60_000,
  // The default of 5 s is too short for command line tools that pause between requests.
  keepAliveTimeout: 60_000,
  maxHeaderSize: headerBytesMax
}
/** Takes the rights of others and of execution from what is made. */
const socketUmask = 0o117

/**
 * Node's server for the API. A hijackable request always reaches Effect as an upgrade with `Content-Length`: the
 * only kind whose body Effect reads from the connection itself. Half-open sockets are Node's default for HTTP.
 */
export class HijackServer extends Server<typeof HijackableRequest> {
  constructor() {
    super({ ...limits, IncomingMessage: HijackableRequest })
    this.maxConnections = connectionsMax
  }

  /** Node binds within this call, so that a socket's file has mode 0660 from its birth. */
  override listen(...args: ReadonlyArray<unknown>): this {
    const before = process.umask(socketUmask)
    Reflect.apply(super.listen, this, args)
    process.umask(before)
    return this
  }

  override emit(event: string, ...args: ReadonlyArray<unknown>): boolean {
    const [request, socket, head] = args as [HijackableRequest, Socket, Buffer]
    if (event !== "upgrade") return super.emit(event, ...args)
    request.upgradeAsked = request.headers.upgrade !== undefined
    // Without a protocol Effect would take the request for a WebSocket, which has no body.
    request.headers.upgrade ??= "tcp"
    const dispatch = (behindHead: Buffer) => {
      request.behindHead = behindHead
      return super.emit("upgrade", request, socket, behindHead)
    }
    return request.headers["transfer-encoding"] === undefined ? dispatch(head) : measure(request, socket, head, dispatch)
  }
}

/** Collects a chunked body and states its length, as if the client had. docker-java starts every exec this way. */
const measure = (request: HijackableRequest, socket: Socket, head: Buffer, done: (all: Buffer) => void): true => {
  let seen = head
  const look = () => {
    const parts = unchunk(seen)
    if (parts === "malformed" || seen.length > chunkedBytesMax) return socket.destroy()
    if (parts === "incomplete") return socket.once("data", more)
    socket.pause()
    delete request.headers["transfer-encoding"]
    request.headers["content-length"] = `${parts.body.length}`
    return done(Buffer.concat([parts.body, parts.rest]))
  }
  const more = (bytes: Buffer) => {
    seen = Buffer.concat([seen, bytes])
    look()
  }
  socket.on("error", () => {})
  look()
  return true
}
