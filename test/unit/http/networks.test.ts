import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { NetworkNotFound, type NetworkView } from "../../../src/engine/networks/NetworkCatalog.ts"
import type { Network } from "../../../src/model/Network.ts"
import { id } from "./fakeEngine.ts"
import { serve } from "./testServer.ts"

const network: Network = {
  id: "ab".repeat(32), name: "bridge", driver: "bridge", predefined: true, internal: false, hostInterface: "gantry0",
  ipam: [{ subnet: "172.17.0.0/16", gateway: "172.17.0.1" }], options: { "com.docker.network.bridge.name": "gantry0" }
}
const bridge: NetworkView = {
  network,
  created: "2026-01-02T03:04:05Z",
  members: [{
    containerId: id,
    containerName: "web",
    endpoint: {
      NetworkID: network.id, EndpointID: "cd".repeat(32), Gateway: "172.17.0.1", IPAddress: "172.17.0.2", IPPrefixLen: 16,
      IPv6Gateway: "", GlobalIPv6Address: "", GlobalIPv6PrefixLen: 0, MacAddress: "02:42:ac:11:00:02", DNSNames: null
    }
  }]
}
const served = Effect.gen(function*() {
  const asked: Array<unknown> = []
  const server = yield* serve({
    networks: {
      list: (filters) => Effect.sync(() => {
        asked.push(filters)
        return [bridge]
      }),
      inspect: (reference) => reference === "bridge" ? Effect.succeed(bridge) : Effect.fail(new NetworkNotFound({ reference }))
    }
  })
  return { ...server, asked }
})

describe("/networks", () => {
  it.live("lists rows without containers, and passes filters on", () =>
    Effect.gen(function*() {
      const { ask, asked } = yield* served
      const [row] = JSON.parse((yield* ask(`/networks?filters=${encodeURIComponent(`{"name":["bri"]}`)}`)).text)
      assert.deepInclude(row, { Name: "bridge", Id: network.id, Scope: "local", Driver: "bridge", EnableIPv4: true, EnableIPv6: false })
      assert.deepStrictEqual(row.IPAM, {
        Driver: "default", Options: null, Config: [{ Subnet: "172.17.0.0/16", Gateway: "172.17.0.1" }]
      })
      assert.isUndefined(row.Containers)
      assert.deepStrictEqual(asked, [new Map([["name", ["bri"]]])])
    }))

  it.live("shows one with those who are on it", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      assert.deepStrictEqual(JSON.parse((yield* ask("/networks/bridge")).text).Containers, {
        [id]: {
          Name: "web", EndpointID: "cd".repeat(32), MacAddress: "02:42:ac:11:00:02", IPv4Address: "172.17.0.2/16", IPv6Address: ""
        }
      })
      const missing = yield* ask("/networks/x")
      assert.deepStrictEqual([missing.status, JSON.parse(missing.text).message], [404, "network x not found"])
    }))

  it.live("removes none of those that were always there, and says what it cannot do", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const refused = yield* ask("/networks/bridge", { method: "DELETE" })
      assert.strictEqual(refused.status, 403)
      assert.strictEqual(JSON.parse(refused.text).message, "bridge is a pre-defined network and cannot be removed")
      assert.strictEqual((yield* ask("/networks/x", { method: "DELETE" })).status, 404)
      assert.strictEqual((yield* ask("/networks/create", { method: "POST" })).status, 501)
    }))
})

describe("/volumes", () => {
  it.live("tells that there are none", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({})
      assert.deepStrictEqual(JSON.parse((yield* ask("/volumes")).text), { Volumes: [], Warnings: null })
      const missing = yield* ask("/volumes/a")
      assert.deepStrictEqual([missing.status, JSON.parse(missing.text).message], [404, "get a: no such volume"])
      assert.strictEqual((yield* ask("/volumes/a?force=1", { method: "DELETE" })).status, 204)
      assert.strictEqual((yield* ask("/volumes/create", { method: "POST" })).status, 501)
    }))
})
