import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Semaphore from "effect/Semaphore"
import { HostTools } from "./HostTools.ts"
import { NetavarkFailure, NetavarkRequest, NetavarkStatus } from "./NetavarkRequest.ts"
import type { NetworkRequest } from "./NetavarkRequest.ts"
import { NetworkResidue } from "./NetworkResidue.ts"
import type { ToolResult } from "./runTool.ts"

export class NetavarkFailed extends Schema.TaggedError<NetavarkFailed>()("NetavarkFailed", {
  action: Schema.Literals(["setup", "teardown"]),
  message: Schema.String
}) {}

/**
 * Attaches namespaces to bridges and makes firewall rules. One netavark runs at a time: whether a bridge is the first
 * endpoint's to make or the last one's to remove is decided by looking.
 *
 * Netavark removes a bridge with its last endpoint, and the gateway's address on the host with it. Docker's bridge
 * stays; a program on the host that listens on the gateway's address can do so here only while a container runs.
 */
export class Netavark extends Context.Service<Netavark, {
  /** On failure something may be left: `teardown` with the same request removes it. */
  setup(netnsPath: string, request: NetavarkRequest): Effect.Effect<NetavarkStatus, NetavarkFailed>
  /** Succeeds once nothing of the request's endpoints is left on the host, whatever netavark itself says. Idempotent. */
  teardown(netnsPath: string, request: NetavarkRequest): Effect.Effect<void, NetavarkFailed>
  /**
   * Removes endpoints of a bridge other than those expected, and the network's bridge and rules if none is left. What
   * is expected is asked for while no setup runs, so that one that is about to begin is safe.
   */
  removeStrangers(
    network: NetworkRequest,
    expected: Effect.Effect<ReadonlyArray<string>>
  ): Effect.Effect<ReadonlyArray<string>, NetavarkFailed>
}>()("gantry/network/Netavark") {
  static readonly layer = (options: {
    readonly binary: string
    /** `aardvark-dns`, for networks with DNS. */
    readonly aardvark?: string
    /** Where netavark keeps what `firewalld-reload` and aardvark-dns read. */
    readonly configDirectory: string
    readonly deadline?: Duration.Input
  }) =>
    Layer.effect(this, Effect.gen(function*() {
      const tools = yield* HostTools
      const residue = yield* NetworkResidue
      const fs = yield* FileSystem.FileSystem
      const lock = yield* Semaphore.make(1)
      yield* fs.makeDirectory(options.configDirectory, { recursive: true, mode: 0o700 })
      const nftWorks = yield* Effect.isSuccess(tools.check("nft", ["list", "tables"]))
      const env = { NETAVARK_FW: nftWorks ? "nftables" : "iptables" }
      const deadline = options.deadline ?? Duration.seconds(30)
      const flags = ["--config", options.configDirectory, "--rootless", "false"]
      if (options.aardvark !== undefined) flags.push("--aardvark-binary", options.aardvark)

      const run = Effect.fnUntraced(
        function*(action: NetavarkFailed["action"], netnsPath: string, request: NetavarkRequest) {
          const stdin = yield* encodeRequest(request)
          const result = yield* tools.run(options.binary, [...flags, action, netnsPath], { deadline, stdin, env })
          if (result.exitCode !== 0) return yield* new NetavarkFailed({ action, message: failureText(result) })
          return result.stdout
        },
        (output, action) =>
          Effect.catch(output, (e) =>
            e._tag === "NetavarkFailed" ? Effect.fail(e) : Effect.fail(new NetavarkFailed({ action, message: e.message })))
      )

      const setup = Effect.fn("Netavark.setup")(
        function*(netnsPath: string, request: NetavarkRequest) {
          const output = yield* run("setup", netnsPath, request)
          return yield* Effect.mapError(decodeStatus(output), (e) =>
            new NetavarkFailed({ action: "setup", message: `netavark's answer is not understood: ${e.message}` }))
        },
        lock.withPermit
      )

      const remaining = (request: NetavarkRequest) =>
        Effect.filter(hostInterfacesOf(request), residue.exists)

      const removeResidue = Effect.fnUntraced(function*(request: NetavarkRequest) {
        yield* Effect.forEach(hostInterfacesOf(request), residue.removeInterface)
        yield* Effect.forEach(Object.values(request.network_info), residue.removeIdleNetwork)
        yield* Effect.forEach(Object.values(request.network_info), ({ id }) =>
          residue.removeNote(id, request.container_id))
      })

      const teardown = Effect.fn("Netavark.teardown")(
        function*(netnsPath: string, request: NetavarkRequest) {
          const outcome = yield* Effect.result(run("teardown", netnsPath, request))
          if (outcome._tag === "Success" && (yield* remaining(request)).length === 0) return
          yield* removeResidue(request)
        },
        (work) => Effect.mapError(work, (e) => new NetavarkFailed({ action: "teardown", message: e.message })),
        lock.withPermit
      )

      const removeStrangers = Effect.fn("Netavark.removeStrangers")(
        function*(network: NetworkRequest, expected: Effect.Effect<ReadonlyArray<string>>) {
          const present = yield* residue.endpointsOf(network.network_interface)
          const known = yield* expected
          const strangers = present.filter((name) => !known.includes(name))
          yield* Effect.forEach(strangers, residue.removeInterface)
          yield* residue.removeIdleNetwork(network)
          return strangers
        },
        (work) => Effect.mapError(work, (e) => new NetavarkFailed({ action: "teardown", message: e.message })),
        lock.withPermit
      )

      return Netavark.of({ setup, teardown, removeStrangers })
    }))
}

const encodeRequest = Schema.encodeEffect(Schema.fromJsonString(NetavarkRequest))
const decodeStatus = Schema.decodeUnknownEffect(Schema.fromJsonString(NetavarkStatus))
const decodeFailure = Schema.decodeUnknownOption(Schema.fromJsonString(NetavarkFailure))

const failureText = (result: ToolResult) =>
  Option.match(decodeFailure(result.stdout), {
    onSome: ({ error }) => error,
    onNone: () => result.stderr.trim() || `netavark ended with exit code ${result.exitCode}`
  })

const hostInterfacesOf = (request: NetavarkRequest) =>
  Object.values(request.networks).map((endpoint) => endpoint.options.host_interface_name)
