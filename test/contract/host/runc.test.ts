import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { runSpec } from "./runBundle.ts"

const services = HostFacts.layer.pipe(Layer.provideMerge(NodeServices.layer))

layer(services)("a spec under runc", (it) => {
  it.effect("runs a shell", () =>
    Effect.gen(function*() {
      const ran = yield* runSpec("echo hello; hostname; pwd; env")
      assert.strictEqual(ran.stderr, "")
      assert.strictEqual(ran.code, 0)
      assert.include(ran.stdout, "hello\n6f0d9b2a71c5\n/\n")
      assert.include(ran.stdout, "HOSTNAME=6f0d9b2a71c5\n")
    }))
})
