import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { EndpointState } from "../../model/EndpointSettings.ts"
import type { Attachment } from "../../network/Attachment.ts"
import { Networks } from "../../network/Networks.ts"
import { containerIoDirectory, EngineHome } from "../EngineHome.ts"
import { Events } from "../events/Events.ts"
import { step } from "../step.ts"
import { type ContainerEntry, now } from "./ContainerEntry.ts"
import { networkMode } from "./networkMode.ts"
import { runningContainer } from "./runningContainer.ts"
import { writeNetworkFiles } from "./writeNetworkFiles.ts"

type Endpoints = Readonly<Record<string, EndpointState>>

/**
 * The path at which the runtime finds a container's network namespace. It is a link, the same for every run, so that
 * the specification does not change because the namespace is another one.
 */
export const namespaceLink = (home: EngineHome["Service"], id: string) => `${containerIoDirectory(home, id)}/netns`

/**
 * Gives a container that is about to start its network. Undone if the start fails. `settled` is completed as soon as the
 * task can be made, while the endpoints still are: only the start of its process needs them. RPC: 0.
 */
export const connectContainer = Effect.fnUntraced(function*(entry: ContainerEntry, settled: Deferred.Deferred<void>) {
  const { record } = now(entry)
  const networks = yield* Networks
  const mode = networkMode(record.hostConfig)
  switch (mode.kind) {
    case "host":
      yield* writeNetworkFiles(record, {}, [])
      yield* Deferred.succeed(settled, undefined)
      return {} as Endpoints
    case "container": {
      const other = yield* runningContainer(mode.reference, "network")
      yield* linkNamespace(entry.id, `/proc/${now(other).state.pid}/ns/net`)
      yield* Deferred.succeed(settled, undefined)
      return {} as Endpoints
    }
    default: {
      const planned = yield* Deferred.make<Attachment>()
      const prepare = Effect.gen(function*() {
        const { dnsServers, endpoints, netnsPath } = yield* Deferred.await(planned)
        yield* linkNamespace(entry.id, netnsPath)
        yield* writeNetworkFiles(record, endpoints, dnsServers)
        yield* Deferred.succeed(settled, undefined)
      })
      const attach = step(
        mode.kind === "none"
          ? Effect.tap(networks.isolated(entry.id), (attachment) => Deferred.succeed(planned, attachment))
          : networks.attach({
            containerId: entry.id,
            containerName: record.name,
            hostname: record.config.Hostname,
            networks: [{ name: "bridge", settings: record.endpoints["bridge"] ?? noSettings }],
            planned
          }),
        ({ endpoints }) => Effect.andThen(networks.detach(entry.id), publishEndpoints("disconnect", entry.id, endpoints))
      ).pipe(Effect.tap(({ endpoints }) => publishEndpoints("connect", entry.id, endpoints)))
      const [attachment] = yield* Effect.all([attach, prepare], { concurrency: "unbounded" })
      // Known last. The task has the file mounted by now: written in place, it changes there too.
      if (attachment.dnsServers.length > 0) yield* writeNetworkFiles(record, attachment.endpoints, attachment.dnsServers)
      return attachment.endpoints
    }
  }
})

/** Tells that a container joined its networks, or left them. */
export const publishEndpoints = Effect.fnUntraced(function*(
  action: "connect" | "disconnect",
  containerId: string,
  endpoints: Endpoints
) {
  const events = yield* Events
  for (const [name, endpoint] of Object.entries(endpoints)) {
    yield* events.publish({
      type: "network",
      action,
      actorId: endpoint.NetworkID,
      attributes: { container: containerId, name, type: "bridge" }
    })
  }
})

const linkNamespace = Effect.fnUntraced(function*(id: string, target: string) {
  const fs = yield* FileSystem.FileSystem
  const home = yield* EngineHome
  const link = namespaceLink(home, id)
  yield* fs.makeDirectory(containerIoDirectory(home, id), { recursive: true, mode: 0o711 })
  yield* fs.remove(link, { force: true })
  yield* fs.symlink(target, link)
})

const noSettings = { IPAMConfig: null, Links: null, Aliases: null, MacAddress: "", DriverOpts: null, GwPriority: 0 }
