import { Effect } from "effect"
import { container, createBody, createExec, type Engine, idIn, runningContainer } from "../targets/Engine.ts"

export interface RpcCount {
  readonly operation: string
  readonly calls: number
}

const command = ["sleep", "100000"]

/** How many calls to containerd a request makes, as its answer says. What goes on behind the answer is not in it. */
export const rpcCounts = Effect.fnUntraced(function*(engine: Engine) {
  const counts: Array<RpcCount> = []
  const counted = (operation: string, method: string, path: string, body?: unknown) =>
    Effect.tap(
      engine.client.request(method, path, { headers: { "Gantry-Trace": "1" }, body }),
      ({ headers }) => Effect.sync(() => counts.push({ operation, calls: Number(headers["gantry-rpc-count"]) }))
    )
  const running = yield* runningContainer(engine, { command })
  yield* counted("ping", "GET", "/_ping")
  yield* counted("version", "GET", "/version")
  yield* counted("list", "GET", "/containers/json?all=1")
  yield* counted("inspect", "GET", `/containers/${running}/json`)
  const { body } = yield* counted("create", "POST", "/containers/create", createBody({ command }))
  const id = yield* idIn("POST /containers/create", body)
  yield* counted("start", "POST", `/containers/${id}/start`)
  yield* counted("exec create", "POST", `/containers/${id}/exec`, { Cmd: ["true"] })
  const exec = yield* createExec(engine, id, ["true"])
  yield* counted("exec start", "POST", `/exec/${exec}/start`, { Detach: true })
  yield* counted("kill", "POST", `/containers/${id}/kill`)
  yield* counted("start again", "POST", `/containers/${id}/start`)
  yield* counted("remove by force", "DELETE", `/containers/${id}?force=1`)
  yield* counted("stop", "POST", `/containers/${running}/stop?signal=KILL`)
  const unused = yield* container(engine, { command })
  yield* counted("remove, never started", "DELETE", `/containers/${unused}`)
  return counts
}, Effect.scoped)
