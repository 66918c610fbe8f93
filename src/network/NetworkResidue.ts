import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import type * as PlatformError from "effect/PlatformError"
import { HostTools } from "./HostTools.ts"
import type { NetworkRequest } from "./NetavarkRequest.ts"
import { removalScript, staleRules } from "./staleRules.ts"
import type { ToolFailed } from "./runTool.ts"

type ResidueFailure = ToolFailed | PlatformError.PlatformError

/**
 * What a netavark that failed, hung or died leaves on the host, and its removal. Callers hold netavark's lock, since
 * whether a network has endpoints left is only true while nobody adds one.
 */
export class NetworkResidue extends Context.Service<NetworkResidue, {
  /** The host's ends of a bridge's endpoints. */
  endpointsOf(hostInterface: string): Effect.Effect<ReadonlyArray<string>, PlatformError.PlatformError>
  exists(hostInterface: string): Effect.Effect<boolean, PlatformError.PlatformError>
  /** Removes an interface, with its peer in another namespace. Idempotent. */
  removeInterface(name: string): Effect.Effect<void, ResidueFailure>
  /** Removes bridge, rules and netavark's notes of a network; does nothing to one that has endpoints. */
  removeIdleNetwork(network: NetworkRequest): Effect.Effect<void, ResidueFailure>
  /** Removes what netavark noted of one endpoint, to make its rules again after a flush. */
  removeNote(networkId: string, containerId: string): Effect.Effect<void, ResidueFailure>
}>()("gantry/network/NetworkResidue") {
  /** `configDirectory`: netavark's. */
  static readonly layer = (configDirectory: string) =>
    Layer.effect(this, Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const tools = yield* HostTools

      const exists = (hostInterface: string) => fs.exists(`/sys/class/net/${hostInterface}`)

      const listed = (directory: string) =>
        fs.readDirectory(directory).pipe(
          Effect.catchReason("PlatformError", "NotFound", () => Effect.succeed<Array<string>>([]))
        )

      const endpointsOf = (hostInterface: string) => listed(`/sys/class/net/${hostInterface}/brif`)

      const removeInterface = Effect.fnUntraced(function*(name: string) {
        if (!(yield* exists(name))) return
        const removed = yield* Effect.result(tools.check("ip", ["link", "del", name]))
        // The kernel may have been quicker: it removes a pair with the namespace that holds its other end.
        if (removed._tag === "Failure" && (yield* exists(name))) return yield* removed.failure
      })

      const removeRules = Effect.fnUntraced(function*(network: NetworkRequest) {
        const listed = yield* Effect.result(tools.run("nft", ["-j", "list", "table", "inet", "netavark"], {
          deadline: "10 seconds"
        }))
        // Without nft or without the table there are no rules of this kind.
        if (listed._tag === "Failure" || listed.success.exitCode !== 0) return
        const stale = staleRules(listed.success.stdout, network)
        if (stale.rules.length + stale.chains.length > 0) yield* tools.check("nft", ["-f", "-"], removalScript(stale))
      })

      const removeIdleNetwork = Effect.fn("NetworkResidue.removeIdleNetwork")(function*(network: NetworkRequest) {
        if ((yield* endpointsOf(network.network_interface)).length > 0) return
        yield* removeInterface(network.network_interface)
        yield* removeRules(network)
        const notes = yield* listed(`${configDirectory}/firewall/ports`)
        yield* Effect.forEach(notes.filter((name) => name.startsWith(`${network.id}_`)), (name) =>
          fs.remove(`${configDirectory}/firewall/ports/${name}`, { force: true }))
        yield* fs.remove(`${configDirectory}/firewall/networks/${network.id}`, { force: true })
      })

      const removeNote = (networkId: string, containerId: string) =>
        fs.remove(`${configDirectory}/firewall/ports/${networkId}_${containerId}`, { force: true })

      return NetworkResidue.of({ endpointsOf, exists, removeInterface, removeIdleNetwork, removeNote })
    }))
}
