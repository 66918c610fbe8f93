import { assert, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { join } from "node:path"
import { RequestTrace } from "../../../src/engine/RequestTrace.ts"
import * as HttpServer from "../../../src/http/HttpServer.ts"
import { fakeEngine, inspection } from "./fakeEngine.ts"
import { ask, temporaryDirectory } from "./testServer.ts"

const Meter = Context.Reference<{ count: number }>("test/Meter", { defaultValue: () => ({ count: 0 }) })

it.live("tells what a request cost below, if it asks", () =>
  Effect.gen(function*() {
    const path = join(yield* temporaryDirectory, "api.sock")
    const call = Effect.map(Meter, (meter) => {
      meter.count++
    })
    const trace = Layer.succeed(RequestTrace)({
      measure: () => {
        const meter = { count: 0 }
        return { under: (work) => Effect.provideService(work, Meter, meter), rpcCount: () => meter.count }
      }
    })
    const engine = fakeEngine({ containers: { inspect: () => Effect.as(Effect.andThen(call, call), inspection()), pause: () => call } })
    yield* Layer.build(HttpServer.layer({ hosts: [`unix://${path}`], group: "" }).pipe(Layer.provide([engine, trace])))
    const traced = { headers: { "gantry-trace": "1" } }
    assert.strictEqual((yield* ask(path, "/containers/a/json", traced)).headers["gantry-rpc-count"], "2")
    assert.strictEqual((yield* ask(path, "/containers/a/pause", { ...traced, method: "POST" })).headers["gantry-rpc-count"], "1")
    assert.strictEqual((yield* ask(path, "/_ping", traced)).headers["gantry-rpc-count"], "0")
    assert.isUndefined((yield* ask(path, "/containers/a/json")).headers["gantry-rpc-count"])
  }))
