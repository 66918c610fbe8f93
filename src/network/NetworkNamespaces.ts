import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Queue from "effect/Queue"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import { HostTools } from "./HostTools.ts"
import { randomId } from "../model/randomId.ts"

export class NamespaceFailed extends Schema.TaggedError<NamespaceFailed>()("NamespaceFailed", {
  path: Schema.String,
  message: Schema.String
}) {}

/** A network namespace that lives as long as its pin: a file that it is mounted on. */
export interface NetworkNamespace {
  /** 64 hexadecimal digits: Docker's `SandboxID`. */
  readonly id: string
  /** Where it is pinned: Docker's `SandboxKey`. */
  readonly path: string
}

const readyDefault = 2

/** How many pins belong to no container while nothing happens: those kept ready, and the next one. */
export const poolSize = readyDefault + 1

/**
 * Makes network namespaces with only a loopback interface, up, and unmakes them. One or two are kept ready, since
 * making one takes as long as the rest of what a container's start has to wait for here. They are pinned in the
 * mount namespace of this process, so containerd has to share it or receive from it.
 */
export class NetworkNamespaces extends Context.Service<NetworkNamespaces, {
  /** One that is ready, or else a new one. It's the caller's from now on, and remains when the layer is closed. */
  readonly take: Effect.Effect<NetworkNamespace, NamespaceFailed>
  /** Idempotent. Processes inside keep the namespace itself until they end. */
  remove(path: string): Effect.Effect<void, NamespaceFailed>
  /** Pins that earlier processes left, as found when the layer was built. */
  readonly inherited: ReadonlyArray<string>
  /** All pins that there are, but for those kept ready. */
  readonly pinned: Effect.Effect<ReadonlyArray<string>, NamespaceFailed>
}>()("gantry/network/NetworkNamespaces") {
  static readonly layer = (options: {
    readonly directory: string
    /** How many to keep ready; 0: none. */
    readonly ready?: number
  }) =>
    Layer.effect(this, Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const shell = yield* (yield* HostTools).resident(jobs)
      yield* fs.makeDirectory(options.directory, { recursive: true, mode: 0o711 })
      const pins = Effect.map(fs.readDirectory(options.directory), (names) =>
        names.map((name) => `${options.directory}/${name}`))
      const inherited = yield* pins
      const pooled = yield* Ref.make(HashSet.empty<string>())
      const ready = yield* Queue.bounded<NetworkNamespace>(Math.max(1, options.ready ?? readyDefault))

      const handOut = (path: string) => Ref.update(pooled, HashSet.remove(path))

      const remove = Effect.fn("NetworkNamespaces.remove")(function*(path: string) {
        if (yield* fs.exists(path)) yield* shell.run("unpin", path)
      }, (removal, path) => Effect.mapError(removal, (e) => new NamespaceFailed({ path, message: e.message })))

      const make = Effect.fn("NetworkNamespaces.make")(function*() {
        const id = yield* randomId
        const path = `${options.directory}/${id.slice(0, 12)}`
        yield* Effect.gen(function*() {
          yield* Ref.update(pooled, HashSet.add(path))
          yield* fs.writeFileString(path, "", { flag: "wx", mode: 0o444 })
          yield* shell.run("pin", path)
        }).pipe(
          Effect.mapError((e) => new NamespaceFailed({ path, message: e.message })),
          Effect.onExit((exit) =>
            Exit.isFailure(exit) ? Effect.andThen(Effect.ignore(remove(path)), handOut(path)) : Effect.void)
        )
        return { id, path }
      }, Effect.uninterruptible)

      const take = Effect.flatMap(Queue.poll(ready), Option.match({ onNone: make, onSome: Effect.succeed })).pipe(
        Effect.tap(({ path }) => handOut(path)),
        Effect.uninterruptible
      )

      const pinned = Effect.zipWith(pins, Ref.get(pooled), (paths, kept) =>
        paths.filter((path) => !HashSet.has(kept, path))).pipe(
          Effect.mapError((e) => new NamespaceFailed({ path: options.directory, message: e.message }))
        )

      yield* Effect.addFinalizer(() =>
        Effect.flatMap(Ref.get(pooled), (paths) =>
          Effect.forEach(paths, (path) => Effect.ignore(remove(path), { log: "Warn" }))))
      // The pause keeps the replacement's cost away from the start that took one.
      const refill = Effect.flatMap(make(), (namespace) => Queue.offer(ready, namespace)).pipe(
        Effect.catch((failure) => Effect.logWarning("no network namespace in reserve", failure)),
        Effect.andThen(Effect.sleep(Duration.millis(250))),
        Effect.forever
      )
      if (options.ready !== 0) yield* Effect.forkScoped(refill)

      return NetworkNamespaces.of({ take, remove, inherited, pinned })
    }))
}

/**
 * A new namespace is as dockerd leaves one without IPv6 networks: off on all interfaces to come, on for loopback, and no
 * routes taken from strangers. A kernel without IPv6 has none of these files.
 *
 * Whether a pin was mounted doesn't matter when it goes: one that is still there can't be unlinked (EBUSY).
 */
const jobs = `
pin() {
  unshare --net="$1" sh -ec '
    ip link set lo up
    cd /proc/sys/net/ipv6/conf 2>/dev/null || exit 0
    for interface in all default; do echo 1 >$interface/disable_ipv6; echo 0 >$interface/accept_ra; done
    echo 0 >lo/disable_ipv6'
}
unpin() {
  umount -l "$1" 2>/dev/null
  rm -f "$1"
}`
