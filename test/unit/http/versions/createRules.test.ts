import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { adaptCreate } from "../../../../src/http/versions/CreateDraft.ts"
import { createRules } from "../../../../src/http/versions/createRules.ts"
import { ContainerConfig } from "../../../../src/model/ContainerConfig.ts"
import { HostConfig } from "../../../../src/model/HostConfig.ts"

const decodeHost = Schema.decodeUnknownSync(HostConfig)

const adapt = (version: number, host: object, config: object = {}) =>
  adaptCreate(createRules, version, {
    config: Schema.decodeUnknownSync(ContainerConfig)(config),
    hostConfig: decodeHost({ NetworkMode: "bridge", ...host }),
    endpoints: {},
    containerMac: "",
    warnings: []
  })

const hostOf = (version: number, host: object): HostConfig | string => {
  const adapted = adapt(version, host)
  return typeof adapted === "string" ? adapted : adapted.hostConfig
}

const bind = (options: object) => ({ Mounts: [{ Type: "bind", Source: "/a", Target: "/b", ...options }] })

describe("create, by version", () => {
  it("makes the IPC namespace shareable below 1.40", () => {
    assert.deepInclude(hostOf(39, {}), { IpcMode: "shareable" })
    assert.deepInclude(hostOf(40, {}), { IpcMode: "" })
  })

  it("ignores misplaced mount options below 1.42, and refuses them from then on", () => {
    assert.deepStrictEqual(hostOf(41, bind({ VolumeOptions: { NoCopy: true } })), hostOf(41, bind({})))
    assert.strictEqual(hostOf(42, bind({ VolumeOptions: { NoCopy: true } })), "VolumeOptions must not be specified on mount type \"bind\"")
    assert.strictEqual(hostOf(55, bind({ TmpfsOptions: { Mode: 1 } })), "TmpfsOptions must not be specified on mount type \"bind\"")
  })

  it("ignores the terminal's size below 1.42 and annotations below 1.43", () => {
    assert.deepInclude(hostOf(41, { ConsoleSize: [24, 80] }), { ConsoleSize: [0, 0] })
    assert.deepInclude(hostOf(42, { ConsoleSize: [24, 80] }), { ConsoleSize: [24, 80] })
    assert.deepInclude(hostOf(42, { Annotations: { a: "b" } }), { Annotations: null })
    assert.deepInclude(hostOf(43, { Annotations: { a: "b" } }), { Annotations: { a: "b" } })
  })

  it("keeps read-only binds non-recursive below 1.44", () => {
    const options = (version: number) => {
      const host = hostOf(version, bind({ ReadOnly: true }))
      return typeof host === "string" ? host : host.Mounts?.[0]?.BindOptions?.ReadOnlyNonRecursive
    }
    assert.isTrue(options(43))
    assert.isUndefined(options(44))
  })

  it("refuses what old versions do not have", () => {
    assert.strictEqual(
      hostOf(44, { Mounts: [{ Type: "volume", Target: "/b", VolumeOptions: { Subpath: "x" } }] }),
      "VolumeOptions.Subpath needs API v1.45 or newer"
    )
    assert.strictEqual(hostOf(47, { Mounts: [{ Type: "image", Target: "/b" }] }), "Mount type \"Image\" needs API v1.48 or newer")
  })

  it("moves sysctls of the first interface to its endpoint up to 1.47, and refuses them from 1.48 on", () => {
    const sysctls = { Sysctls: { "net.ipv4.conf.eth0.forwarding": "1", "net.core.somaxconn": "5" } }
    const moved = adapt(47, sysctls)
    assert.isObject(moved)
    if (typeof moved === "string") return
    assert.deepStrictEqual(moved.hostConfig.Sysctls, { "net.core.somaxconn": "5" })
    assert.deepStrictEqual(moved.endpoints.bridge?.DriverOpts, {
      "com.docker.network.endpoint.sysctls": "net.ipv4.conf.IFNAME.forwarding=1"
    })
    assert.lengthOf(moved.warnings, 1)
    assert.match(String(adapt(48, sysctls)), /must be supplied using driver option/)
  })

  it("fills empty port bindings, and warns of it from 1.52 on", () => {
    const ports = { PortBindings: { "80/tcp": [] } }
    const [old, young] = [adapt(51, ports), adapt(52, ports)]
    if (typeof old === "string" || typeof young === "string") throw new Error("refused")
    assert.deepStrictEqual(old.hostConfig.PortBindings, { "80/tcp": [{ HostIp: "", HostPort: "" }] })
    assert.deepStrictEqual(young.hostConfig.PortBindings, old.hostConfig.PortBindings)
    assert.lengthOf(old.warnings, 0)
    assert.match(young.warnings.join(), /80\/tcp/)
  })

  it("takes a limit of no processes for none", () => {
    assert.deepInclude(hostOf(55, { PidsLimit: -1 }), { PidsLimit: null })
    assert.deepInclude(hostOf(55, { PidsLimit: 7 }), { PidsLimit: 7 })
  })

  it("ignores the health check's start interval below 1.44", () => {
    const interval = (version: number) => {
      const adapted = adapt(version, {}, { Healthcheck: { StartInterval: 5 } })
      return typeof adapted === "string" ? adapted : adapted.config.Healthcheck?.StartInterval
    }
    assert.strictEqual(interval(43), 0)
    assert.strictEqual(interval(44), 5)
  })
})
