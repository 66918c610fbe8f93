import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { Containerd } from "../../containerd/Containerd.ts"
import { EventFeed } from "../../containerd/EventFeed.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import { runProgram } from "../../runtimes/runProgram.ts"
import { Runtimes } from "../../runtimes/Runtimes.ts"
import { type ContainerEntry, isRunning, now } from "../containers/ContainerEntry.ts"
import { ContainerIndex } from "../containers/ContainerIndex.ts"
import { measureContainer } from "../containers/measureContainer.ts"
import { EngineHome } from "../EngineHome.ts"
import { Events } from "../events/Events.ts"
import { EngineBuild } from "./EngineBuild.ts"
import { Images } from "../images/Images.ts"
import { kernelFeatures, kernelWarnings } from "./kernelFeatures.ts"
import { type ContainerCounts, type DiskUsage, System, type SystemInfo, type Versions } from "./System.ts"

/** What the engine knows of itself, its host and the stack below. RPC: 0, but for the disk usage: one a container. */
export const layerSystem = Layer.effect(System, Effect.gen(function*() {
  const [home, host, runtimes, feed, build, images, index, fs, containerd, events] = yield* Effect.all([
    EngineHome, HostFacts, Runtimes, EventFeed, EngineBuild, Images, ContainerIndex, FileSystem.FileSystem, Containerd, Events
  ])

  const inits: Inits = new Map()

  const runtimeComponent = Effect.gen(function*() {
    const { defaultRuntime, runtimes: configured } = (yield* CurrentConfig).derived
    const resolved = configured[defaultRuntime]?.resolved
    if (resolved === undefined) return { name: defaultRuntime, version: "", commit: "" }
    return yield* runtimes.version(resolved).pipe(
      Effect.map(({ commit, version }) => ({ name: defaultRuntime, version, commit })),
      Effect.orElseSucceed(() => ({ name: defaultRuntime, version: "", commit: "" }))
    )
  })

  const versions = Effect.gen(function*() {
    const server = SubscriptionRef.getUnsafe(feed.server)
    return {
      ...build,
      kernelVersion: host.kernelVersion,
      architecture: host.architecture,
      containerd: { name: "containerd", version: server.version, commit: server.revision },
      runtime: yield* runtimeComponent
    } satisfies Versions as Versions
  })

  const info = Effect.gen(function*() {
    const { derived, user } = yield* CurrentConfig
    const openFiles = yield* Effect.orElseSucceed(fs.readDirectory("/proc/self/fd"), () => [])
    return {
      id: home.engineId,
      hostname: host.hostname,
      containers: countContainers(index.byId.values()),
      images: (yield* Effect.orElseSucceed(
        images.list({ all: false, filters: new Map(), sharedSize: false }), () => [])).length,
      snapshotter: home.snapshotter,
      kernel: kernelFeatures(host, derived.systemdCgroup),
      versions: yield* versions,
      operatingSystem: host.osName,
      osVersion: host.osVersion,
      cpus: host.cpus,
      memoryBytes: host.memoryBytes,
      runtimes: Object.fromEntries(Object.entries(derived.runtimes).map(([name, { definition, resolved }]) =>
        [name, { path: definition.path ?? resolved.name, shim: resolved.shim, args: definition.runtimeArgs ?? [] }])),
      defaultRuntime: derived.defaultRuntime,
      containerd: { address: containerd.address, namespace: containerd.namespace },
      openFiles: openFiles.length,
      eventListeners: yield* events.listeners,
      init: yield* initOf(inits, user.initPath ?? home.initPath),
      seccompProfile: seccompProfileOf(user.seccompProfile, home.seccomp !== undefined),
      firewallBackend: user.firewallBackend ?? "nftables",
      warnings: kernelWarnings(host)
    } satisfies SystemInfo as SystemInfo
  })

  const diskUsage = Effect.gen(function*() {
    const rows = yield* Effect.orElseSucceed(images.list({ all: true, filters: new Map(), sharedSize: true }), () => [])
    const containers = yield* Effect.forEach([...index.byId.values()], (entry) =>
      Effect.map(measureContainer(now(entry)), (size) => ({ view: now(entry), ...size })), { concurrency: 8 })
    const shared = rows.reduce((sum, row) => sum + Math.max(0, row.sharedBytes), 0)
    const total = rows.reduce((sum, row) => sum + row.image.sizeBytes, 0)
    return { layersBytes: total - shared, images: rows, containers } satisfies DiskUsage as DiskUsage
  }).pipe(Effect.provideService(Containerd, containerd), Effect.provideService(Images, images))

  return System.of({ versions, info, diskUsage })
}))

/** By path, and asked once for each: what stands there does not change while the engine runs. */
type Inits = Map<string, { readonly version: string; readonly commit: string }>

const initOf = Effect.fnUntraced(function*(inits: Inits, path: string | undefined) {
  if (path === undefined) return undefined
  const known = inits.get(path) ?? (yield* runProgram(path, ["--version"]).pipe(
    Effect.map((text) => ({
      version: /version v?([^\s,]+)/.exec(text)?.[1] ?? "",
      commit: /git\.([0-9a-f]+)/.exec(text)?.[1] ?? ""
    })),
    Effect.orElseSucceed(() => ({ version: "", commit: "" }))
  ))
  inits.set(path, known)
  return { name: "docker-init", path, ...known }
})

const seccompProfileOf = (configured: string, builtIn: boolean): string => {
  const asked = configured === "" || configured === "default" ? "builtin" : configured
  return asked === "builtin" && !builtIn ? "unconfined" : asked
}

const countContainers = (entries: Iterable<ContainerEntry>): ContainerCounts => {
  const counts = { running: 0, paused: 0, stopped: 0 }
  for (const entry of entries) {
    const view = now(entry)
    const kind = view.state.status === "paused" ? "paused" : isRunning(view) ? "running" : "stopped"
    counts[kind]++
  }
  return counts
}
