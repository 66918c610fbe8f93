import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { ConfigParts } from "./config/EngineConfig.ts"
import { LiveConfig } from "./config/LiveConfig.ts"
import * as Daemon from "./containerd/Daemon.ts"
import * as RpcMeter from "./containerd/RpcMeter.ts"
import { decodeSeccompProfile } from "./engine/containers/spec/SeccompProfile.ts"
import { hardenSeccomp } from "./engine/containers/spec/hardenSeccomp.ts"
import { EngineHome } from "./engine/EngineHome.ts"
import { layerEngine } from "./engine/layerEngine.ts"
import { RequestTrace } from "./engine/RequestTrace.ts"
import { EngineBuild } from "./engine/system/EngineBuild.ts"
import { HostDevices } from "./host/HostDevices.ts"
import { HostFacts } from "./host/HostFacts.ts"
import { HostMounts } from "./host/HostMounts.ts"
import { loadSeccompProfile } from "./host/loadSeccompProfile.ts"
import { RootFs } from "./host/RootFs.ts"
import * as HttpServer from "./http/HttpServer.ts"
import { FifoPool } from "./logs/FifoPool.ts"
import { randomId } from "./model/randomId.ts"
import { layerNetworks } from "./network/layerNetworks.ts"
import { findProgram } from "./runtimes/findProgram.ts"
import { Runtimes } from "./runtimes/Runtimes.ts"
import { ContainerTable } from "./store/ContainerTable.ts"
import { Database } from "./store/Database.ts"
import { EventTable } from "./store/EventTable.ts"
import { ExecTable } from "./store/ExecTable.ts"
import { ImageMetadataTable } from "./store/ImageMetadataTable.ts"
import { IntentTable } from "./store/IntentTable.ts"
import { MetaTable } from "./store/MetaTable.ts"

/** A program that the engine cannot do without is not there. */
export class ProgramMissing extends Schema.TaggedError<ProgramMissing>()("ProgramMissing", { message: Schema.String }) {}

/** What an engine is started with; what may change later, it asks of `LiveConfig`. */
export interface GantryOptions {
  readonly config: ConfigParts
  /** Where containerd, netavark and the others are found, in this order. */
  readonly searchPath: ReadonlyArray<string>
  readonly version: string
}

/** Every layer of the engine, joined once, with `LiveConfig` and the host's facts as its surroundings. */
export const layer = (options: GantryOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const live = yield* LiveConfig
    const host = yield* HostFacts
    const { derived } = options.config
    return layerEngine({
      images: { snapshotter: derived.snapshotter, host: { os: "linux", architecture: host.architecture } },
      atBoot: live.admit
    })
  })).pipe(
    Layer.provideMerge(layerTrace),
    Layer.provide(home(options)),
    Layer.provide(rooms(options)),
    Layer.provide(store(options))
  )

/** The engine with its HTTP server. */
export const layerServer = (options: GantryOptions) =>
  HttpServer.layer({ hosts: options.config.user.hosts, group: options.config.user.group }).pipe(
    Layer.provide(layer(options))
  )

/** A request that wants to know is told how many containerd calls it made. */
const layerTrace = Layer.succeed(RequestTrace)({
  measure: () => {
    const meter = RpcMeter.make()
    return { under: Effect.provideService(RpcMeter.RpcMeter, meter), rpcCount: () => meter.count }
  }
})

const store = ({ config: { user } }: GantryOptions) =>
  Layer.mergeAll(
    ContainerTable.layer, IntentTable.layer, ExecTable.layer, EventTable.layer, MetaTable.layer, ImageMetadataTable.layer
  ).pipe(Layer.provide(Layer.unwrap(Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    yield* fs.makeDirectory(user.dataRoot, { recursive: true, mode: 0o711 })
    yield* fs.makeDirectory(user.execRoot, { recursive: true, mode: 0o711 })
    return Database.layer(`${user.dataRoot}/gantry.db`)
  }))))

const home = ({ config: { derived, user }, searchPath, version }: GantryOptions) =>
  Layer.mergeAll(
    Layer.effect(EngineHome, Effect.gen(function*() {
      const meta = yield* MetaTable
      const initPath = yield* Effect.orElseSucceed(findProgram("docker-init", searchPath), () => undefined)
      const [stackBin = ""] = searchPath
      const seccomp = yield* loadSeccompProfile(`${stackBin}/../share/seccomp.json`).pipe(
        Effect.flatMap(decodeSeccompProfile),
        Effect.map(hardenSeccomp),
        Effect.catch((error) =>
          Effect.as(Effect.logWarning("no seccomp profile: containers run unconfined", error), undefined))
      )
      return EngineHome.of({
        dataRoot: user.dataRoot,
        execRoot: user.execRoot,
        engineId: yield* meta.getOrPut("engine-id", yield* randomId),
        snapshotter: derived.snapshotter,
        initPath,
        seccomp
      })
    })),
    Layer.succeed(EngineBuild)({ version, commit: "", buildTime: "", nodeVersion: process.versions.node })
  )

/** The rooms below the engine. None knows another. */
const rooms = (options: GantryOptions) => {
  const { derived, user } = options.config
  return Layer.mergeAll(
    containerd(options),
    networks(options),
    FifoPool.layer(`${user.execRoot}/fifos`),
    Runtimes.layer(derived.runtimeRoot),
    HostDevices.layer,
    HostMounts.layer,
    RootFs.layer
  )
}

const containerd = ({ config: { user }, searchPath }: GantryOptions) =>
  user.containerdAddress === undefined
    ? Layer.unwrap(Effect.map(requireProgram("containerd", searchPath), (binary) =>
      Daemon.embedded({
        binary,
        stackBin: binary.slice(0, binary.lastIndexOf("/")),
        root: `${user.dataRoot}/containerd`,
        state: `${user.execRoot}/containerd`,
        address: `${user.execRoot}/containerd/containerd.sock`,
        logFile: `${user.dataRoot}/containerd.log`,
        namespace: user.containerdNamespace
      })))
    : Daemon.external({ address: user.containerdAddress.replace(/^unix:\/\//, ""), namespace: user.containerdNamespace })

const networks = ({ config: { derived, user }, searchPath }: GantryOptions) =>
  Layer.unwrap(Effect.gen(function*() {
    const aardvark = yield* Effect.orElseSucceed(findProgram("aardvark-dns", searchPath), () => undefined)
    return layerNetworks({
      runDirectory: user.execRoot,
      dataRoot: user.dataRoot,
      bridge: {
        ...user.bridge === undefined ? {} : { hostInterface: user.bridge },
        ...user.bip === undefined ? {} : { bip: user.bip },
        addressRanges: derived.addressPools.flatMap(({ base, prefixLength, size, version }) =>
          version === 4 ? [{ base: `${base}/${prefixLength}`, size }] : []),
        mtu: user.mtu
      },
      netavark: {
        binary: yield* requireProgram("netavark", searchPath),
        ...aardvark === undefined ? {} : { aardvark }
      },
      toolPath: searchPath
    })
  }))

const requireProgram = (name: string, searchPath: ReadonlyArray<string>) =>
  Effect.mapError(findProgram(name, searchPath), (message) => new ProgramMissing({ message }))
