import { Effect } from "effect"
import { createServer } from "node:http"

export type Answer = { readonly type: string; readonly body: Buffer } | "stall" | undefined

/** A registry that answers as the test says: what no honest one would. */
export const startTestRegistry = (answer: (path: string) => Answer) =>
  Effect.acquireRelease(
    Effect.callback<{ readonly port: number; readonly stalled: () => number; readonly close: () => void }>((resume) => {
      let stalled = 0
      const server = createServer((request, response) => {
        const path = request.url ?? ""
        const given = path === "/v2/" ? { type: "application/json", body: Buffer.from("{}") } : answer(path)
        if (given === undefined) {
          response.writeHead(404).end()
        } else if (given === "stall") {
          stalled++
          response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": "1000" })
          response.write("x")
        } else {
          response.writeHead(200, { "Content-Type": given.type, "Content-Length": given.body.length })
          response.end(request.method === "HEAD" ? undefined : given.body)
        }
      })
      server.listen(0, "127.0.0.1", () => {
        const address = server.address()
        resume(Effect.succeed({
          port: typeof address === "object" && address !== null ? address.port : 0,
          stalled: () => stalled,
          close: () => {
            server.closeAllConnections()
            server.close()
          }
        }))
      })
    }),
    ({ close }) => Effect.sync(close)
  )
