import { Effect, Layer, Schema, Stream } from "effect"
import { CurrentConfig, type EngineConfig } from "../../../src/config/EngineConfig.ts"
import { LiveConfig } from "../../../src/config/LiveConfig.ts"
import { defaults } from "../../../src/config/UserConfig.ts"
import { Containers } from "../../../src/engine/containers/Containers.ts"
import type { ContainerView } from "../../../src/engine/containers/ContainerView.ts"
import { Events } from "../../../src/engine/events/Events.ts"
import { Execs } from "../../../src/engine/execs/Execs.ts"
import { Images } from "../../../src/engine/images/Images.ts"
import { NetworkCatalog } from "../../../src/engine/networks/NetworkCatalog.ts"
import { System } from "../../../src/engine/system/System.ts"
import { ContainerConfig } from "../../../src/model/ContainerConfig.ts"
import { HostConfig } from "../../../src/model/HostConfig.ts"
import { SubscriptionRef } from "effect"

type Shape<S> = S extends { readonly Service: infer A } ? A : never

/** What a test does not expect to be called. */
const unexpected = (name: string) => () => Effect.die(new Error(`${name} was not expected`))

const filled = <A extends object>(service: string, given: Partial<A>): A =>
  new Proxy(given, {
    get: (target, name) => Reflect.get(target, name) ?? unexpected(`${service}.${String(name)}`)
  }) as A

export const runtime = { name: "runc", shim: "io.containerd.runc.v2", binary: "/usr/bin/runc", systemdCgroup: false }

export const config: EngineConfig = {
  revision: 7,
  digest: "0".repeat(64),
  user: defaults,
  derived: {
    runtimes: {}, defaultRuntime: "runc", runtimeRoot: "/run/gantry/runtimes", systemdCgroup: false, defaultCgroupnsMode: "host",
    addressPools: [{ base: "172.17.0.0", prefixLength: 16, size: 16, version: 4 }], snapshotter: "overlayfs"
  }
}

const live = Layer.effect(LiveConfig, Effect.map(SubscriptionRef.make(config), (ref) =>
  LiveConfig.of({
    ref,
    admit: (work) => Effect.provideService(work, CurrentConfig, config),
    reload: unexpected("reload")
  })))

export interface Fakes {
  readonly containers?: Partial<Shape<typeof Containers>>
  readonly execs?: Partial<Shape<typeof Execs>>
  readonly images?: Partial<Shape<typeof Images>>
  readonly events?: Partial<Shape<typeof Events>>
  readonly networks?: Partial<Shape<typeof NetworkCatalog>>
  readonly system?: Partial<Shape<typeof System>>
}

/** An engine of which only the given operations answer. */
export const fakeEngine = (fakes: Fakes) =>
  Layer.mergeAll(
    live,
    Layer.succeed(Containers)(filled<Shape<typeof Containers>>("Containers", fakes.containers ?? {})),
    Layer.succeed(Execs)(filled<Shape<typeof Execs>>("Execs", fakes.execs ?? {})),
    Layer.succeed(Images)(filled<Shape<typeof Images>>("Images", { nameFor: (_, asked) => Effect.succeed(asked), ...fakes.images })),
    Layer.succeed(Events)(filled<Shape<typeof Events>>("Events", fakes.events ?? {})),
    Layer.succeed(NetworkCatalog)(filled<Shape<typeof NetworkCatalog>>("NetworkCatalog", fakes.networks ?? {})),
    Layer.succeed(System)(filled<Shape<typeof System>>("System", fakes.system ?? {}))
  )

export const id = "4f".repeat(32)

export const view = (changes: {
  readonly record?: Partial<ContainerView["record"]>
  readonly state?: Partial<ContainerView["state"]>
  readonly execIds?: ReadonlyArray<string>
} = {}): ContainerView => ({
  record: {
    id,
    name: "web",
    created: "2026-01-02T03:04:05.6Z",
    configRevision: 7,
    config: { ...Schema.decodeSync(ContainerConfig)({}), Image: "busybox:latest", Hostname: "4f4f4f4f4f4f", Cmd: ["sh"] },
    hostConfig: { ...Schema.decodeSync(HostConfig)({}), NetworkMode: "bridge", Runtime: "runc" },
    imageId: `sha256:${"ab".repeat(32)}`,
    imageManifest: `sha256:${"cd".repeat(32)}`,
    platform: { os: "linux", architecture: "amd64" },
    path: "sh",
    args: [],
    runtime,
    snapshotter: "overlayfs",
    rootfs: [],
    mounts: [],
    endpoints: {},
    logPath: `/var/lib/gantry/containers/${id}/${id}-json.log`,
    ...changes.record
  },
  state: {
    status: "running", pid: 42, exitCode: 0, error: "", oomKilled: false, startedAt: "2026-01-02T03:04:06Z",
    finishedAt: "0001-01-01T00:00:00Z", generation: 1, restartCount: 0, stoppedByHand: false, endpoints: {}, registered: null,
    ...changes.state
  },
  execIds: changes.execIds ?? []
})

/** What an inspect finds, of a container without surroundings. */
export const inspection = (shown: ContainerView = view()) => ({
  view: shown, files: undefined, sandbox: undefined, manifest: undefined
})

export const outputOf = (...chunks: ReadonlyArray<readonly ["stdout" | "stderr", string]>) =>
  Stream.fromIterable(chunks.map(([stream, text]) => ({ stream, bytes: Buffer.from(text) })))
