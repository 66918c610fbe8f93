import { Effect } from "effect"
import { createServer } from "node:net"

/** A TCP port of 127.0.0.1 on which nobody listened a moment ago. */
export const freePort = Effect.callback<number>((resume) => {
  const server = createServer()
  server.on("error", (reason) => resume(Effect.die(reason)))
  server.listen(0, "127.0.0.1", () => {
    const address = server.address()
    const port = typeof address === "object" && address !== null ? address.port : 0
    server.close(() => resume(Effect.succeed(port)))
  })
})
