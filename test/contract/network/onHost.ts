import { execFileSync } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { NodeFileSystem } from "@effect/platform-node"
import { Context, Effect, FileSystem, Layer } from "effect"
import type { EndpointSettings } from "../../../src/model/EndpointSettings.ts"
import { layerNetworks, type NetworkOptions } from "../../../src/network/layerNetworks.ts"
import { Networks } from "../../../src/network/Networks.ts"

/** The stack's programs. */
export const bin = `${process.env["GANTRY_STACK"] ?? new URL("../../../.stack", import.meta.url).pathname}/bin`

/** What a test file has of the host: a bridge and a subnet that no other test file uses. */
export class Site extends Context.Service<Site, {
  readonly hostInterface: string
  readonly gateway: string
  /** The subnet's first three octets and a point. */
  readonly prefix: string
  readonly runDirectory: string
  readonly options: NetworkOptions
}>()("gantry/test/network/Site") {}

/** A directory of its own for one test file; whatever is left on the host of its bridge fails the file. */
export const layerSite = (hostInterface: string, third: number) =>
  Layer.effect(Site, Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const runDirectory = yield* fs.makeTempDirectoryScoped({ prefix: "gantry-network-" })
    const prefix = `10.213.${third}.`
    const options: NetworkOptions = {
      runDirectory,
      dataRoot: runDirectory,
      bridge: { hostInterface, bip: `${prefix}1/24` },
      netavark: { binary: `${bin}/netavark` },
      toolPath: [bin],
      namespacesReady: 1
    }
    const site = { hostInterface, prefix, gateway: `${prefix}1`, runDirectory, options }
    yield* Effect.addFinalizer(() => Effect.sync(() => sweep(site)))
    return site
  })).pipe(Layer.provide(NodeFileSystem.layer))

/** Networks as one process has them; closing the layer is the process's end. */
export const layerProcess = (change: Partial<NetworkOptions> = {}) =>
  Layer.unwrap(Effect.map(Site, ({ options }) => layerNetworks({ ...options, ...change }))).pipe(
    Layer.provide(NodeFileSystem.layer)
  )

export const noSettings: EndpointSettings = {
  IPAMConfig: null, Links: null, Aliases: null, MacAddress: "", DriverOpts: null, GwPriority: 0
}

export const attach = (containerId: string, settings: Partial<EndpointSettings> = {}) =>
  Effect.flatMap(Networks, (networks) =>
    networks.attach({
      containerId,
      containerName: containerId,
      hostname: containerId,
      networks: [{ name: "bridge", settings: { ...noSettings, ...settings } }]
    }))

export const detach = (containerId: string) => Effect.flatMap(Networks, (networks) => networks.detach(containerId))

/** What the host has that bears the marks of a site: empty if nothing. */
export const traces = (site: Site["Service"]) => ({
  interfaces: readdirSync("/sys/class/net").filter((name) => name === site.hostInterface),
  rules: ruleset().split("\n").filter((line) => line.includes(site.prefix) || line.includes(site.hostInterface)),
  pins: readFileSync("/proc/self/mounts", "utf8").split("\n").filter((line) => line.includes(site.runDirectory)),
  attachments: list(`${site.runDirectory}/attachments`),
  firewall: [...list(`${site.runDirectory}/netavark/firewall/ports`), ...list(`${site.runDirectory}/netavark/firewall/networks`)]
})

export const noTraces = { interfaces: [], rules: [], pins: [], attachments: [], firewall: [] }

export const hostInterfaceExists = (name: string) => existsSync(`/sys/class/net/${name}`)

/** Runs a program inside a namespace and gives what it writes. */
export const inside = (netnsPath: string, command: string, ...args: ReadonlyArray<string>) =>
  Effect.try(() =>
    execFileSync("nsenter", [`--net=${netnsPath}`, command, ...args], {
      encoding: "utf8", stdio: ["ignore", "pipe", "pipe"], timeout: 20_000
    }))

export const busyboxInside = (netnsPath: string, ...args: ReadonlyArray<string>) =>
  inside(netnsPath, `${bin}/busybox`, ...args)

const ruleset = () => {
  try {
    return execFileSync(`${bin}/nft`, ["list", "table", "inet", "netavark"], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  } catch {
    return ""
  }
}

const list = (directory: string) => existsSync(directory) ? readdirSync(directory) : []

/** Unmakes what a failed test left, so that it harms no other run. */
const sweep = (site: Site["Service"]) => {
  if (hostInterfaceExists(site.hostInterface)) {
    for (const name of list(`/sys/class/net/${site.hostInterface}/brif`)) execFileSync("ip", ["link", "del", name])
    execFileSync("ip", ["link", "del", site.hostInterface])
  }
  for (const name of list(`${site.runDirectory}/netns`)) {
    execFileSync("sh", ["-c", 'umount -l "$1" 2>/dev/null; rm -f "$1"', "sh", `${site.runDirectory}/netns/${name}`])
  }
}
