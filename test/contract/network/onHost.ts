import { execFileSync } from "node:child_process"
import { existsSync, readdirSync } from "node:fs"
import { NodeFileSystem } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import type { EndpointSettings } from "../../../src/model/EndpointSettings.ts"
import { layerNetworks, type NetworkOptions } from "../../../src/network/layerNetworks.ts"
import { Networks } from "../../../src/network/Networks.ts"
import { runOrDie, runProcess } from "../../support/runProcess.ts"
import { stackProgram, stackRoot } from "../../support/stack.ts"
import { mountsBelow, tempDirectory } from "../../support/tempDirectory.ts"

/** What a test file has of the host: a bridge and a subnet that no other test file uses, and a directory. */
export class Site extends Context.Service<Site, {
  readonly hostInterface: string
  readonly gateway: string
  /** The subnet's first three octets and a point. */
  readonly prefix: string
  readonly runDirectory: string
  readonly options: NetworkOptions
}>()("gantry/test/network/Site") {}

export const layerSite = (hostInterface: string, third: number) =>
  Layer.effect(Site, Effect.gen(function*() {
    const runDirectory = yield* tempDirectory("network")
    yield* Effect.addFinalizer(() => Effect.sync(() => removeBridge(hostInterface)))
    const prefix = `10.213.${third}.`
    const options: NetworkOptions = {
      runDirectory,
      dataRoot: runDirectory,
      bridge: { hostInterface, bip: `${prefix}1/24` },
      netavark: { binary: stackProgram("netavark") },
      toolPath: [`${stackRoot}/bin`],
      namespacesReady: 0
    }
    return { hostInterface, prefix, gateway: `${prefix}1`, runDirectory, options }
  }))

/** Networks as one process has them: closing the layer is the process's end. */
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

/** What the host has that bears the marks of the site: empty if nothing. */
export const traces = Effect.gen(function*() {
  const { hostInterface, prefix, runDirectory } = yield* Site
  const { stdout: rules } = yield* runProcess(stackProgram("nft"), ["list", "ruleset"])
  return {
    interfaces: readdirSync("/sys/class/net").filter((name) => name === hostInterface),
    rules: rules.split("\n").filter((line) => line.includes(prefix) || line.includes(`"${hostInterface}"`)),
    pins: mountsBelow(runDirectory),
    files: ["attachments", "netns", "netavark/firewall/ports", "netavark/firewall/networks"].flatMap((name) =>
      listed(`${runDirectory}/${name}`))
  }
})

export const noTraces = { interfaces: [], rules: [], pins: [], files: [] }

/** The host's ends on the site's bridge. */
export const hostEnds = Effect.map(Site, ({ hostInterface }) => listed(`/sys/class/net/${hostInterface}/brif`))

/** Runs a program inside a namespace and gives what it writes. */
export const inside = (netnsPath: string, command: string, ...args: ReadonlyArray<string>) =>
  Effect.map(runOrDie("nsenter", [`--net=${netnsPath}`, command, ...args]), ({ stdout }) => stdout)

export const busyboxInside = (netnsPath: string, ...args: ReadonlyArray<string>) =>
  inside(netnsPath, stackProgram("busybox"), ...args)

const listed = (directory: string) => existsSync(directory) ? readdirSync(directory) : []

/** What a failed test left, so that it harms no other run. */
const removeBridge = (hostInterface: string) => {
  for (const name of listed(`/sys/class/net/${hostInterface}/brif`)) execFileSync("ip", ["link", "del", name])
  if (existsSync(`/sys/class/net/${hostInterface}`)) execFileSync("ip", ["link", "del", hostInterface])
}
