import { assert, describe, it } from "@effect/vitest"
import { zeroEndpoint } from "../../../../src/http/versions/CreateDraft.ts"
import { inspectJson } from "../../../../src/http/wire/inspectJson.ts"
import type { ContainerView } from "../../../../src/engine/containers/ContainerView.ts"
import { inspection, view } from "../fakeEngine.ts"

const [configured, generated] = ["02:42:ac:11:00:42", "02:42:ac:11:00:99"]
const state = {
  NetworkID: "n1", EndpointID: "e1", Gateway: "172.17.0.1", IPAddress: "172.17.0.2", IPPrefixLen: 16, IPv6Gateway: "", GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0, MacAddress: generated, DNSNames: null
}
const body = (shown: ContainerView, version = 55) => JSON.parse(Buffer.from(inspectJson(inspection(shown), version)).toString())

describe("inspect", () => {
  it("has Docker's keys in Docker's order", () => {
    assert.deepStrictEqual(Object.keys(body(view())), [
      "Id", "Created", "Path", "Args", "State", "Image", "ResolvConfPath", "HostnamePath", "HostsPath", "LogPath", "Name",
      "RestartCount", "Driver", "Platform", "MountLabel", "ProcessLabel", "AppArmorProfile", "ExecIDs", "HostConfig", "Storage",
      "Mounts", "Config", "NetworkSettings"
    ])
    assert.deepStrictEqual(Object.keys(body(view()).Config), [
      "Hostname", "Domainname", "User", "AttachStdin", "AttachStdout", "AttachStderr", "Tty", "OpenStdin", "StdinOnce", "Env", "Cmd",
      "Image", "Volumes", "WorkingDir", "Entrypoint", "OnBuild", "Labels"
    ])
  })

  it("keeps null and empty apart", () => {
    const host = view().record.hostConfig
    const shown = body(view({ record: { hostConfig: { ...host, MaskedPaths: [], Binds: null, Init: false } } })).HostConfig
    assert.deepInclude(shown, { MaskedPaths: [], Binds: null, ReadonlyPaths: null, Init: false })
    assert.notProperty(shown, "Sysctls")
    assert.notProperty(body(view()).HostConfig, "Init")
  })

  it("tells of files, namespace, size and manifest where they are", () => {
    const manifest = {
      mediaType: "application/vnd.oci.image.manifest.v1+json", digest: `sha256:${"cd".repeat(32)}`, size: 7,
      platform: { os: "linux", architecture: "amd64" }
    }
    const whole = {
      view: view(), manifest, sandbox: { id: "5a", path: "/run/netns/5a" },
      files: { hostname: "/c/hostname", hosts: "/c/hosts", resolvConf: "/c/resolv.conf" }
    }
    const at = (version: number, size?: { writableBytes: number; rootfsBytes: number }) =>
      JSON.parse(Buffer.from(inspectJson(whole, version, size)).toString())
    assert.deepInclude(at(55, { writableBytes: 1, rootfsBytes: 2 }), {
      HostnamePath: "/c/hostname", HostsPath: "/c/hosts", ResolvConfPath: "/c/resolv.conf", SizeRw: 1, SizeRootFs: 2,
      ImageManifestDescriptor: manifest
    })
    assert.deepInclude(at(55).NetworkSettings, { SandboxID: "5a", SandboxKey: "/run/netns/5a" })
    assert.notProperty(at(55), "SizeRw")
    assert.notProperty(at(47), "ImageManifestDescriptor")
  })

  it("gives the same bytes for the same view, and others for another kind of client", () => {
    const shown = view()
    assert.strictEqual(inspectJson(inspection(shown), 55), inspectJson(inspection(shown), 52))
    assert.notStrictEqual(inspectJson(inspection(shown), 55), inspectJson(inspection(shown), 51))
  })

  it("tells a container in restart back-off from one that runs", () => {
    const { State } = body(view({ state: { status: "restarting", pid: 0, exitCode: 3 } }))
    assert.deepInclude(State, { Running: true, Restarting: true, Pid: 0, ExitCode: 3 })
  })

  it("shows the bridge's endpoint and a configured address where clients below 1.52 look", () => {
    const shown = view({ record: { endpoints: { bridge: { ...zeroEndpoint, MacAddress: configured } } }, state: { endpoints: { bridge: state } } })
    const old = body(shown, 51)
    assert.deepInclude(old.NetworkSettings, { IPAddress: "172.17.0.2", MacAddress: generated })
    assert.strictEqual(old.Config.MacAddress, configured)
    assert.deepStrictEqual(old.GraphDriver, { Data: null, Name: "overlayfs" })
    const young = body(shown)
    assert.notProperty(young.NetworkSettings, "IPAddress")
    assert.notProperty(young.Config, "MacAddress")
    assert.strictEqual(young.NetworkSettings.Networks.bridge.MacAddress, generated)
  })

  it.each([24, 43, 44, 51])("never shows a generated address as a configured one (API 1.%i)", (version) => {
    const shown = body(view({ state: { endpoints: { bridge: state } } }), version)
    assert.notProperty(shown.Config, "MacAddress")
    assert.strictEqual(shown.NetworkSettings.Networks.bridge.MacAddress, generated)
  })

  it("shows a stopped container's configured address", () => {
    const shown = body(view({
      record: { endpoints: { bridge: { ...zeroEndpoint, MacAddress: configured } } }, state: { status: "exited" }
    }), 45)
    assert.strictEqual(shown.Config.MacAddress, configured)
    assert.strictEqual(shown.NetworkSettings.Networks.bridge.MacAddress, configured)
  })

  it("adds id and hostname to the aliases of user-defined networks below 1.45", () => {
    const shown = view({ record: { endpoints: { net: { ...zeroEndpoint, Aliases: ["a"] } } } })
    assert.deepStrictEqual(body(shown, 44).NetworkSettings.Networks.net.Aliases, ["a", "4f4f4f4f4f4f"])
    assert.deepStrictEqual(body(shown, 45).NetworkSettings.Networks.net.Aliases, ["a"])
  })
})
