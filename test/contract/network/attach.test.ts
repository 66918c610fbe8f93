import { createServer } from "node:net"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import { Networks } from "../../../src/network/Networks.ts"
import { attach, busyboxInside, detach, inside, layerProcess, layerSite, noTraces, Site, traces } from "./onHost.ts"

const environment = Layer.provideMerge(layerProcess(), layerSite("gtattach0", 11))

layer(environment, { excludeTestServices: true })("Networks.attach and detach", (it) => {
  it.effect("gives an endpoint its address, a way to the gateway and a route out; detach leaves nothing", () =>
    Effect.gen(function*() {
      const site = yield* Site
      const { endpoints, netnsPath } = yield* attach("one")
      assert.strictEqual(endpoints["bridge"]?.IPAddress, `${site.prefix}2`)
      assert.strictEqual(endpoints["bridge"]?.Gateway, site.gateway)
      assert.strictEqual(endpoints["bridge"]?.IPPrefixLen, 24)
      assert.include(yield* busyboxInside(netnsPath, "ip", "addr", "show", "eth0"), `${site.prefix}2/24`)
      assert.include(yield* busyboxInside(netnsPath, "ip", "route"), `default via ${site.gateway}`)
      assert.include(yield* busyboxInside(netnsPath, "ping", "-c", "1", "-W", "5", site.gateway), "1 packets received")
      yield* detach("one")
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("lets a container connect to a listener on the gateway's address", () =>
    Effect.gen(function*() {
      const site = yield* Site
      const { netnsPath } = yield* attach("caller")
      const port = yield* listenOn(site.gateway, "hello from the host")
      const script = `require("node:net").connect(${port}, "${site.gateway}").pipe(process.stdout)`
      const answer = yield* inside(netnsPath, process.execPath, "-e", script)
      assert.strictEqual(answer, "hello from the host")
      yield* detach("caller")
    }).pipe(Effect.scoped))

  it.effect("lets two containers reach each other", () =>
    Effect.gen(function*() {
      const one = yield* attach("left")
      const two = yield* attach("right")
      const address = two.endpoints["bridge"]?.IPAddress ?? ""
      assert.include(yield* busyboxInside(one.netnsPath, "ping", "-c", "1", "-W", "5", address), "1 packets received")
      yield* detach("left")
      yield* detach("right")
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("keeps a configured MAC address, and generates another at each attach without one", () =>
    Effect.gen(function*() {
      const configured = yield* attach("mac", { MacAddress: "02:42:AC:11:00:42" })
      assert.strictEqual(configured.endpoints["bridge"]?.MacAddress, "02:42:ac:11:00:42")
      const onInterface = yield* busyboxInside(configured.netnsPath, "ip", "link", "show", "eth0")
      assert.include(onInterface, "02:42:ac:11:00:42")
      const generated = yield* attach("mac")
      const mac = generated.endpoints["bridge"]?.MacAddress ?? ""
      assert.notStrictEqual(mac, "02:42:ac:11:00:42")
      assert.match(mac, /^[0-9a-f][26ae](:[0-9a-f]{2}){5}$/)
      assert.include(yield* busyboxInside(generated.netnsPath, "ip", "link", "show", "eth0"), mac)
      yield* detach("mac")
    }))

  it.effect("refuses a multicast MAC address and a wanted IP address, and keeps nothing", () =>
    Effect.gen(function*() {
      const mac = yield* Effect.flip(attach("refused", { MacAddress: "01:00:5e:00:00:01" }))
      assert.include(mac.message, "invalid MAC address")
      const address = yield* Effect.flip(attach("refused", {
        IPAMConfig: { IPv4Address: "10.213.11.99", IPv6Address: "", LinkLocalIPs: null }
      }))
      assert.strictEqual(address.message, "user specified IP address is supported on user defined networks only")
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("attaches ten at once, each with an address and a MAC of its own", () =>
    Effect.gen(function*() {
      const names = Array.from({ length: 10 }, (_, index) => `crowd${index}`)
      const attached = yield* Effect.forEach(names, (name) => attach(name), { concurrency: "unbounded" })
      const endpoints = attached.map((attachment) => attachment.endpoints["bridge"])
      assert.strictEqual(new Set(endpoints.map((endpoint) => endpoint?.IPAddress)).size, 10)
      assert.strictEqual(new Set(endpoints.map((endpoint) => endpoint?.MacAddress)).size, 10)
      assert.strictEqual(new Set(attached.map(({ netnsPath }) => netnsPath)).size, 10)
      const networks = yield* Networks
      const inventory = yield* networks.list
      assert.strictEqual(inventory.addresses.length, 10)
      assert.deepStrictEqual([...inventory.hostInterfaces].sort(), [...inventory.hostInterfacesExpected].sort())
      yield* Effect.forEach(names, detach, { concurrency: "unbounded" })
      assert.deepStrictEqual(yield* traces, noTraces)
      assert.strictEqual((yield* networks.list).addresses.length, 0)
    }))

  it.effect("gives mode none a loopback interface, up, and nothing else", () =>
    Effect.gen(function*() {
      const networks = yield* Networks
      const { endpoints, netnsPath } = yield* networks.isolated("alone")
      assert.deepStrictEqual(endpoints, {})
      assert.strictEqual((yield* inside(netnsPath, "ls", "/proc/sys/net/ipv4/conf")).trim(), "all\ndefault\nlo")
      assert.include(yield* busyboxInside(netnsPath, "ping", "-c", "1", "127.0.0.1"), "1 packets received")
      yield* networks.detach("alone")
      assert.deepStrictEqual(yield* traces, noTraces)
    }))

  it.effect("turns IPv6 off on endpoints and leaves it on loopback", () =>
    Effect.gen(function*() {
      const { netnsPath } = yield* attach("six")
      const addresses = yield* busyboxInside(netnsPath, "ip", "-6", "addr")
      assert.notInclude(addresses, "eth0")
      assert.include(addresses, "::1/128")
      yield* detach("six")
    }))

  it.effect("forgets on detach, and detaches twice without complaint", () =>
    Effect.gen(function*() {
      const networks = yield* Networks
      yield* attach("twice")
      assert.isTrue(Option.isSome(yield* networks.attachmentOf("twice")))
      yield* detach("twice")
      yield* detach("twice")
      assert.isTrue(Option.isNone(yield* networks.attachmentOf("twice")))
    }))

  it.effect("knows the predefined networks by name and id, and no other", () =>
    Effect.gen(function*() {
      const networks = yield* Networks
      const bridge = yield* networks.find("default")
      assert.strictEqual((yield* networks.find(bridge.id.slice(0, 12))).name, "bridge")
      assert.deepStrictEqual(networks.all.map(({ name }) => name), ["bridge", "host", "none"])
      assert.strictEqual((yield* Effect.flip(networks.find("nowhere"))).reference, "nowhere")
    }))
})

const listenOn = (address: string, text: string) =>
  Effect.acquireRelease(
    Effect.callback<ReturnType<typeof createServer>>((resume) => {
      const server = createServer((socket) => void socket.end(text))
      server.listen(0, address, () => resume(Effect.succeed(server)))
    }),
    (server) => Effect.callback<void>((resume) => void server.close(() => resume(Effect.void)))
  ).pipe(Effect.map((server) => {
    const bound = server.address()
    return typeof bound === "object" && bound !== null ? bound.port : 0
  }))
