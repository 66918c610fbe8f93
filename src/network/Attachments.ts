import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HashMap from "effect/HashMap"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SynchronizedRef from "effect/SynchronizedRef"
import type { Attachment, AttachmentRecord } from "./Attachment.ts"
import { AttachmentFiles } from "./AttachmentFiles.ts"
import { KnownNetworks } from "./KnownNetworks.ts"
import { Netavark } from "./Netavark.ts"
import { NetworkNamespaces } from "./NetworkNamespaces.ts"
import * as NetworkState from "./NetworkState.ts"
import { type ContainerIdentity, type EndpointPlan, planAttachment } from "./planAttachment.ts"

/** A container could not be attached. Nothing is left of the attempt; if removing it failed too, `detach` can retry. */
export class NetworkSetupFailed extends Schema.TaggedError<NetworkSetupFailed>()("NetworkSetupFailed", {
  containerId: Schema.String,
  /** The network that refused; the first one if it was none in particular, empty in mode `none`. */
  networkName: Schema.String,
  message: Schema.String
}) {}

/** Something of an attachment is left on the host. It is not forgotten: `detach` can be called again. */
export class NetworkTeardownFailed extends Schema.TaggedError<NetworkTeardownFailed>()("NetworkTeardownFailed", {
  containerId: Schema.String,
  message: Schema.String
}) {}

/** Makes and unmakes attachments, and remembers them. */
export class Attachments extends Context.Service<Attachments, {
  readonly state: Effect.Effect<NetworkState.NetworkState>
  /** No plan at all: only loopback. */
  attach(
    container: ContainerIdentity,
    plans: ReadonlyArray<EndpointPlan>,
    /** Told what the attachment will be, before it is made. */
    planned?: Deferred.Deferred<Attachment>
  ): Effect.Effect<Attachment, NetworkSetupFailed>
  detach(containerId: string): Effect.Effect<void, NetworkTeardownFailed>
  /** Takes over what the files of earlier processes didn't tell. */
  adopt(records: ReadonlyArray<AttachmentRecord>): Effect.Effect<void>
}>()("gantry/network/Attachments") {
  static readonly layer = Layer.effect(
    this,
    Effect.gen(function*() {
      const known = yield* KnownNetworks
      const files = yield* AttachmentFiles
      const namespaces = yield* NetworkNamespaces
      // Addresses of earlier processes' containers are held from the first moment, before it's known which still live.
      const earlier = yield* files.all
      const state = yield* SynchronizedRef.make(earlier.reduce(NetworkState.adopt, NetworkState.make(known.all)))
      const detach = yield* makeDetach(state)
      const bringUp = yield* makeBringUp(state)

      const attach = Effect.fnUntraced(
        function*(
          container: ContainerIdentity,
          plans: ReadonlyArray<EndpointPlan>,
          planned?: Deferred.Deferred<Attachment>
        ) {
          yield* detach(container.containerId)
          return yield* Effect.uninterruptibleMask((restore) =>
            Effect.gen(function*() {
              const namespace = yield* namespaces.take
              const record = yield* SynchronizedRef.modifyEffect(state, (current) =>
                planAttachment(current, container, namespace, plans)).pipe(
                  Effect.tapError(() => Effect.ignore(namespaces.remove(namespace.path), { log: "Warn" }))
                )
              if (planned !== undefined) yield* Deferred.succeed(planned, record.attachment)
              return yield* restore(bringUp(record)).pipe(
                Effect.onExit((exit) =>
                  Exit.isFailure(exit) ? Effect.ignore(detach(container.containerId), { log: "Warn" }) : Effect.void)
              )
            })
          )
        },
        (work, { containerId }, plans) =>
          Effect.mapError(work, (e) =>
            new NetworkSetupFailed({
              containerId,
              networkName: e._tag === "EndpointRefused" ? e.networkName : plans[0]?.network.name ?? "",
              message: e.message
            }))
      )

      return Attachments.of({
        state: SynchronizedRef.get(state),
        attach,
        detach,
        adopt: (records) => SynchronizedRef.update(state, (current) => records.reduce(NetworkState.adopt, current))
      })
    })
  )
}

type State = SynchronizedRef.SynchronizedRef<NetworkState.NetworkState>

const makeDetach = Effect.fnUntraced(function*(state: State) {
  const files = yield* AttachmentFiles
  const namespaces = yield* NetworkNamespaces
  const netavark = yield* Netavark

  return Effect.fn("Attachments.detach")(
    function*(containerId: string) {
      const record = HashMap.get((yield* SynchronizedRef.get(state)).records, containerId)
      if (Option.isNone(record)) return
      const { attachment, request } = record.value
      // Without its namespace netavark would leave the rules, and a stale rule outlives every container.
      if (request !== undefined) yield* netavark.teardown(attachment.netnsPath, request)
      if (attachment.netnsPath !== "") yield* namespaces.remove(attachment.netnsPath)
      yield* files.remove(containerId)
      yield* SynchronizedRef.update(state, (current) => NetworkState.forget(current, containerId))
    },
    Effect.uninterruptible,
    (work, containerId) =>
      Effect.mapError(work, (e) => new NetworkTeardownFailed({ containerId, message: e.message }))
  )
})

/** Makes on the host what was planned. The plan is written down first, so that a later process can undo it. */
const makeBringUp = Effect.fnUntraced(function*(state: State) {
  const files = yield* AttachmentFiles
  const netavark = yield* Netavark

  return Effect.fnUntraced(function*(planned: AttachmentRecord) {
    yield* files.write(planned)
    if (planned.request === undefined) return planned.attachment
    const status = yield* netavark.setup(planned.attachment.netnsPath, planned.request)
    const dnsServers = Object.values(status).flatMap((network) => network.dns_server_ips ?? [])
    if (dnsServers.length === 0) return planned.attachment
    const record = { ...planned, attachment: { ...planned.attachment, dnsServers } }
    yield* files.write(record)
    yield* SynchronizedRef.update(state, (current) => NetworkState.adopt(current, record))
    return record.attachment
  })
})
