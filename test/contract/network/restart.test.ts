import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { rmSync, writeFileSync } from "node:fs"
import { Networks } from "../../../src/network/Networks.ts"
import { runOrDie } from "../../support/runProcess.ts"
import { attach, busyboxInside, detach, hostEnds, layerProcess, layerSite, noTraces, Site, traces } from "./onHost.ts"

/** What one process does; the next one has only what is on the host. */
const aProcess = <A, E>(work: Effect.Effect<A, E, Networks | Site>) => Effect.provide(work, layerProcess())

layer(layerSite("gtboot0", 13), { excludeTestServices: true })("Networks.restore", (it) => {
  it.effect("keeps what live containers have, and removes the rest", () =>
    Effect.gen(function*() {
      const lives = yield* aProcess(Effect.tap(attach("lives"), () => attach("dies")))
      yield* aProcess(Effect.gen(function*() {
        const networks = yield* Networks
        const report = yield* networks.restore([{ containerId: "lives", endpoints: lives.endpoints }])
        assert.deepStrictEqual(report, { containers: ["dies"], namespaces: [], hostInterfaces: [], failures: [] })
        assert.strictEqual((yield* hostEnds).length, 1)
        const mac = lives.endpoints["bridge"]?.MacAddress ?? "none"
        assert.include(yield* busyboxInside(lives.netnsPath, "ip", "link", "show", "eth0"), mac)
        const next = yield* attach("next")
        assert.notStrictEqual(next.endpoints["bridge"]?.IPAddress, lives.endpoints["bridge"]?.IPAddress)
        yield* detach("lives")
        yield* detach("next")
      }))
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("holds addresses of an earlier process's containers before it is told who lives", () =>
    Effect.gen(function*() {
      const earlier = yield* aProcess(attach("earlier"))
      const later = yield* aProcess(attach("later"))
      assert.notStrictEqual(later.endpoints["bridge"]?.IPAddress, earlier.endpoints["bridge"]?.IPAddress)
      yield* aProcess(Effect.flatMap(Networks, (networks) => networks.restore([])))
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("removes namespaces and endpoints that nothing is written of", () =>
    Effect.gen(function*() {
      const { hostInterface, runDirectory } = yield* Site
      const lost = yield* aProcess(attach("lost"))
      rmSync(`${runDirectory}/attachments/lost.json`)
      writeFileSync(`${runDirectory}/netns/halfmade`, "")
      yield* runOrDie("ip", ["link", "add", "vethgtstray0", "master", hostInterface, "type", "veth", "peer", "name", "vethgtstray1"])
      yield* aProcess(Effect.gen(function*() {
        const networks = yield* Networks
        const report = yield* networks.restore([])
        assert.sameMembers([...report.namespaces], [lost.netnsPath, `${runDirectory}/netns/halfmade`])
        assert.include(report.hostInterfaces, "vethgtstray0")
        assert.deepStrictEqual(report.failures, [])
      }))
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("takes over a live container whose file was lost, by the engine's word", () =>
    Effect.gen(function*() {
      const { runDirectory } = yield* Site
      const kept = yield* aProcess(attach("kept"))
      rmSync(`${runDirectory}/attachments/kept.json`)
      yield* aProcess(Effect.gen(function*() {
        const networks = yield* Networks
        yield* networks.restore([{ containerId: "kept", endpoints: kept.endpoints, netnsPath: kept.netnsPath }])
        assert.strictEqual((yield* hostEnds).length, 1)
        assert.deepStrictEqual((yield* networks.list).addresses.map(({ address }) => address), [
          kept.endpoints["bridge"]?.IPAddress
        ])
        yield* detach("kept")
      }))
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("has no attachment for a live container that uses the host's network", () =>
    aProcess(Effect.gen(function*() {
      const networks = yield* Networks
      yield* networks.restore([{ containerId: "onhost", endpoints: {} }])
      assert.deepStrictEqual((yield* networks.list).attachments, [])
    })))

  it.effect("keeps no namespace of its reserve when it ends", () =>
    Effect.gen(function*() {
      yield* Effect.provide(Effect.andThen(attach("first"), detach("first")), layerProcess({ namespacesReady: 2 }))
      assert.deepStrictEqual(yield* traces, noTraces)
    }))
})
