import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { TestEngine } from "../support/engine.ts"
import { rawConnection, rawJson } from "../support/rawHttp.ts"
import { eventually } from "../support/realTime.ts"
import { registryUser, startRegistry } from "../support/registry.ts"
import { docker, field, output, prints } from "./cli.ts"

layer(TestEngine.layer({ config: { runtimes: { traced: { path: "runc", runtimeArgs: ["--debug=false"] } } } }), {
  excludeTestServices: true
})("docker", (it) => {
  it.effect("container prune removes what does not run, as its filters say, and tells of it", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const running = yield* output("run -d --name stays busybox sleep 600")
      const spared = yield* output("create --label keep=yes busybox true")
      const ended = yield* output("run -d --name goes busybox sh -c", ["head -c 100000 /dev/zero > /file"])
      yield* output("wait", [ended])
      const answer = yield* rawJson(socket, "POST", `/containers/prune?filters=${encodeURIComponent(`{"label!":["keep=yes"]}`)}`)
      assert.deepInclude(answer.json, { ContainersDeleted: [ended] })
      assert.isAbove(Number(Reflect.get(Object(answer.json), "SpaceReclaimed")), 100_000)
      assert.sameMembers((yield* output("ps -aq --no-trunc")).split("\n"), [running, spared])
      assert.include(yield* output("container prune -f"), spared)
      const refused = yield* rawJson(socket, "POST", `/containers/prune?filters=${encodeURIComponent(`{"status":["exited"]}`)}`)
      assert.deepInclude(refused, { status: 400 })
      assert.deepInclude(refused.json, { message: "invalid filter 'status'" })
      const events = yield* output("events --since 1 --until", ["-2s", "--filter", "event=prune", "--format", "{{.Type}} {{json .Actor.Attributes}}"])
      assert.match(events, /^container \{"reclaimed":"\d+"\}/)
      yield* output("rm -f", [running])
    }))

  it.effect("network shows the predefined networks, and who is on them", () =>
    Effect.gen(function*() {
      const { gateway } = yield* TestEngine
      assert.sameMembers((yield* output("network ls --format", ["{{.Name}} {{.Driver}} {{.Scope}}"])).split("\n"), [
        "bridge bridge local", "host host local", "none null local"
      ])
      assert.strictEqual(yield* output("network ls --filter name=ridg --format", ["{{.Name}}"]), "bridge")
      assert.strictEqual(yield* output("network ls --filter type=custom -q"), "")
      const id = yield* output("run -d --name onbridge busybox sleep 600")
      const [bridge] = JSON.parse(yield* output("network inspect bridge"))
      assert.strictEqual(bridge.IPAM.Config[0].Gateway, gateway)
      const address = yield* field(id, ".NetworkSettings.Networks.bridge.IPAddress")
      assert.strictEqual(bridge.Containers[id].Name, "onbridge")
      assert.strictEqual(bridge.Containers[id].IPv4Address, `${address}/24`)
      assert.include((yield* docker("network rm bridge")).stderr, "bridge is a pre-defined network and cannot be removed")
      assert.include((yield* docker("network inspect nowhere")).stderr, "network nowhere not found")
      yield* output("rm -f", [id])
    }))

  it.effect("inspect and ps show files, namespace, manifest and size", () =>
    Effect.gen(function*() {
      const id = yield* output("run -d --name seen busybox sh -c", ["head -c 200000 /dev/zero > /file; echo written; sleep 600"])
      yield* prints(id, "written")
      const [shown] = JSON.parse(yield* output("inspect --size seen"))
      for (const path of [shown.HostsPath, shown.HostnamePath, shown.ResolvConfPath, shown.LogPath]) assert.isTrue(existsSync(path), path)
      assert.strictEqual(yield* output("exec seen cat /etc/hosts"), readFileSync(shown.HostsPath, "utf8").trimEnd())
      assert.match(shown.NetworkSettings.SandboxID, /^[0-9a-f]{64}$/)
      assert.isTrue(existsSync(shown.NetworkSettings.SandboxKey))
      assert.isAtLeast(shown.SizeRw, 200_000)
      assert.isAbove(shown.SizeRootFs, shown.SizeRw)
      assert.strictEqual(shown.ImageManifestDescriptor.platform.os, "linux")
      assert.match(yield* output("ps --size --format", ["{{.Size}}"]), /^\d+(\.\d+)?kB \(virtual /)
      yield* output("kill seen")
      yield* output("wait seen")
      assert.strictEqual(yield* field("seen", ".NetworkSettings.SandboxKey"), "")
      yield* output("rm seen")
    }))

  it.effect("info tells of init, seccomp and those who listen", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const info = yield* rawJson(socket, "GET", "/info")
      assert.deepInclude(info.json, { InitBinary: "docker-init", NEventsListener: 0 })
      assert.include(yield* output("info --format", ["{{.SecurityOptions}}"]), "name=seccomp,profile=builtin")
      for (const commit of ["InitCommit", "RuncCommit", "ContainerdCommit"]) {
        assert.isNotEmpty(yield* output("info --format", [`{{.${commit}.ID}}`]))
      }
      const listener = yield* rawConnection(socket)
      yield* listener.write("GET /events HTTP/1.1\r\nHost: gantry\r\n\r\n")
      yield* listener.until((received) => received.includes("\r\n\r\n"))
      yield* eventually("the listener to be counted", Effect.map(output("info --format", ["{{.NEventsListener}}"]), (now) => now === "1" || undefined))
      yield* listener.destroy
      yield* eventually("the listener to be gone", Effect.map(output("info --format", ["{{.NEventsListener}}"]), (now) => now === "0" || undefined))
    }).pipe(Effect.scoped))

  it.effect("login asks the registry", () =>
    Effect.gen(function*() {
      const { host } = yield* startRegistry({ authenticate: true })
      const login = (password: string) => docker(`login -u ${registryUser.name} --password-stdin ${host}`, [], { stdin: password })
      assert.include((yield* login(registryUser.password)).stdout, "Login Succeeded")
      const denied = yield* login("wrong")
      assert.strictEqual(denied.code, 1)
      assert.include(denied.stderr, "401 Unauthorized")
      yield* output(`logout ${host}`)
    }).pipe(Effect.scoped))

  it.effect("volume ls tells that there are none", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* output("volume ls -q"), "")
    }))

  it.effect("finds, after a start of the engine, only those wrapper scripts that are referred to", () =>
    Effect.gen(function*() {
      const engine = yield* TestEngine
      const scripts = join(engine.directory, "data/runtimes")
      const inConfig = readdirSync(scripts)
      assert.isNotEmpty(inConfig)
      yield* output("create --name traced --runtime traced busybox true")
      yield* engine.stop
      const { runtimes: _, ...config } = JSON.parse(readFileSync(engine.configFile, "utf8"))
      writeFileSync(engine.configFile, JSON.stringify(config))
      const stranger = `${"ab".repeat(32)}.sh`
      writeFileSync(join(scripts, stranger), "#!/bin/sh\n", { mode: 0o700 })
      yield* engine.start
      assert.strictEqual((yield* docker("start -a traced")).code, 0)
      assert.sameMembers(readdirSync(scripts), inConfig)
      yield* output("rm traced")
      yield* engine.stop
      yield* engine.start
      yield* output("run --rm busybox true")
      assert.isBelow(readdirSync(scripts).length, inConfig.length)
    }), 180_000)
})
