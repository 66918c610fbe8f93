import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { type EngineEvent, type EventQuery, InvalidTimeRange } from "../../../src/engine/events/Events.ts"
import { LoginDenied } from "../../../src/engine/images/ImageFailures.ts"
import type { SystemInfo, Versions } from "../../../src/engine/system/System.ts"
import { json, serve } from "./testServer.ts"

const versions: Versions = {
  version: "0.1.0", commit: "abc", buildTime: "2026-01-02T03:04:05Z", nodeVersion: "24.21.0", kernelVersion: "6.1.0", architecture: "amd64",
  containerd: { name: "containerd", version: "2.1.9", commit: "def" }, runtime: { name: "crun", version: "1.2", commit: "" }
}
const info: SystemInfo = {
  id: "1", hostname: "h", containers: { running: 1, paused: 2, stopped: 3 }, images: 4, snapshotter: "overlayfs",
  kernel: {
    memoryLimit: true, swapLimit: true, cpuCfs: true, cpuShares: true, cpuSet: true, pidsLimit: true, oomKillDisable: false,
    ipv4Forwarding: true, seccomp: true, appArmor: false, cgroupVersion: 1, cgroupDriver: "cgroupfs"
  },
  versions, operatingSystem: "Debian GNU/Linux 12 (bookworm)", osVersion: "12", cpus: 2, memoryBytes: 1024,
  runtimes: { runc: { path: "runc", shim: "io.containerd.runc.v2", args: [] } }, defaultRuntime: "runc",
  containerd: { address: "/run/c.sock", namespace: "gantry" }, openFiles: 9, eventListeners: 3, init: { name: "docker-init", path: "/usr/bin/docker-init", version: "0.19.0", commit: "de40ad0" },
  seccompProfile: "/etc/gantry/seccomp.json", firewallBackend: "nftables", warnings: []
}
const served = serve({ system: { versions: Effect.succeed(versions), info: Effect.succeed(info) } })

describe("/version", () => {
  it.live("names the engine as clients know it, and itself", () =>
    Effect.gen(function*() {
      const body = JSON.parse((yield* (yield* served).ask("/version")).text)
      assert.deepInclude(body, { ApiVersion: "1.55", MinAPIVersion: "1.24", Os: "linux", Arch: "amd64", Platform: { Name: "Gantry" } })
      assert.deepStrictEqual(body.Components.map(({ Name }: { Name: string }) => Name), ["Engine", "gantry", "containerd", "crun"])
      assert.deepStrictEqual(
        Object.values(body.Components[0].Details).map((value) => typeof value),
        Object.values(body.Components[0].Details).map(() => "string")
      )
    }))
})

describe("/info", () => {
  it.live("holds what clients decide by", () =>
    Effect.gen(function*() {
      const body = JSON.parse((yield* (yield* served).ask("/info")).text)
      assert.strictEqual(body.Swarm.LocalNodeState, "inactive")
      assert.deepInclude(body, {
        OSType: "linux", Architecture: "x86_64", Containers: 6, IndexServerAddress: "https://index.docker.io/v1/", Driver: "overlayfs",
        DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]], Warnings: [],
        SecurityOptions: ["name=seccomp,profile=/etc/gantry/seccomp.json"], NEventsListener: 3, InitBinary: "docker-init",
        InitCommit: { ID: "de40ad0" }, RuncCommit: { ID: "1.2" }
      })
      assert.isNotNull(body.RegistryConfig.Mirrors)
      assert.isDefined(body.Runtimes.runc)
    }))

  it.live("is shaped for older clients", () =>
    Effect.gen(function*() {
      const { ask } = yield* served
      const at = (version: string) => Effect.map(ask(`/v${version}/info`), ({ text }) => JSON.parse(text))
      assert.isDefined((yield* at("1.49")).FirewallBackend)
      const old = yield* at("1.43")
      assert.isUndefined(old.FirewallBackend)
      assert.isUndefined(old.Containerd)
      assert.isUndefined(old.Runtimes.runc.status)
      assert.isFalse(old.BridgeNfIptables)
      assert.deepStrictEqual(old.ContainerdCommit, { ID: "def", Expected: "def" })
      assert.isNull(old.RegistryConfig.AllowNondistributableArtifactsCIDRs)
    }))
})

describe("/events", () => {
  const event = (type: EngineEvent["type"], action: string): EngineEvent => ({
    seq: 1, type, action, actorId: "c1", attributes: { image: "busybox", name: "web" }, timeNanos: 1_700_000_000_123_456_789n
  })
  const streaming = Effect.gen(function*() {
    const asked: Array<EventQuery> = []
    const server = yield* serve({
      events: {
        subscribe: (query) =>
          query.since !== undefined && query.until !== undefined && query.since > query.until
            ? Effect.fail(new InvalidTimeRange({ since: "5", until: "4" }))
            : Effect.sync(() => {
              asked.push(query)
              return Stream.make(event("container", "die"), event("image", "create"))
            })
      }
    })
    return { ...server, asked }
  })

  it.live("writes one record a line, with every digit of its time", () =>
    Effect.gen(function*() {
      const { ask } = yield* streaming
      const answer = yield* ask("/events")
      assert.strictEqual(answer.headers["content-type"], "application/jsonl")
      assert.strictEqual(
        answer.text.split("\n")[0],
        `{"Type":"container","Action":"die","Actor":{"ID":"c1","Attributes":{"image":"busybox","name":"web"}},"scope":"local",` +
          `"time":1700000000,"timeNano":1700000000123456789,"seq":1}`
      )
    }))

  it.live("is shaped for older clients, and for what a client accepts", () =>
    Effect.gen(function*() {
      const { ask } = yield* streaming
      const old = yield* ask("/v1.45/events")
      assert.strictEqual(old.headers["content-type"], "application/json")
      assert.lengthOf(old.text.trim().split("\n"), 1)
      assert.isTrue(old.text.startsWith(`{"status":"die","id":"c1","from":"busybox","Type":`))
      const sequence = yield* ask("/events", { headers: { accept: "application/json-seq" } })
      assert.strictEqual(sequence.headers["content-type"], "application/json-seq")
      assert.isTrue(sequence.text.startsWith("\x1e{"))
      const any = yield* ask("/events", { headers: { accept: "*/*" } })
      assert.strictEqual(any.headers["content-type"], "application/jsonl")
    }))

  it.live("passes on times, filters and the number to go on behind", () =>
    Effect.gen(function*() {
      const { ask, asked } = yield* streaming
      yield* ask(`/events?since=1.000000002&until=2&from=7&filters=${encodeURIComponent(`{"type":["container"]}`)}`)
      assert.deepStrictEqual(asked, [{
        since: 1_000_000_002n, until: 2_000_000_000n, afterSeq: 7, filters: new Map([["type", ["container"]]])
      }])
      const refused = yield* ask("/events?since=5&until=4")
      assert.strictEqual(JSON.parse(refused.text).message, "`since` time (5) cannot be after `until` time (4)")
    }))
})

describe("what is not built", () => {
  it.live("is answered politely", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({})
      const swarm = yield* ask("/services")
      assert.strictEqual(swarm.status, 503)
      assert.match(JSON.parse(swarm.text).message, /^This node is not a swarm manager\./)
      assert.strictEqual((yield* ask("/swarm/init", { method: "POST" })).status, 503)
      assert.strictEqual((yield* ask("/plugins")).text, "[]\n")
      assert.strictEqual((yield* ask("/volumes/create", { method: "POST" })).status, 501)
      assert.strictEqual((yield* ask("/images/a/b:c/push", { method: "POST" })).status, 501)
    }))
})

describe("/auth", () => {
  it.live("passes credentials on, and tells what came of it", () =>
    Effect.gen(function*() {
      const { ask } = yield* serve({
        images: {
          checkCredentials: ({ password, serverAddress, username }) =>
            password === "secret" && username === "alice" && serverAddress === "example.com"
              ? Effect.void
              : Effect.fail(new LoginDenied({ message: "no" }))
        }
      })
      const login = (password: string) => ask("/auth", json({ username: "alice", password, serveraddress: "example.com" }))
      const taken = yield* login("secret")
      assert.deepStrictEqual([taken.status, JSON.parse(taken.text).Status], [200, "Login Succeeded"])
      assert.strictEqual((yield* login("other")).status, 401)
    }))
})
