import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as SandboxRecord from "../../containerd/SandboxRecord.ts"
import * as Snapshot from "../../containerd/Snapshot.ts"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import * as LogOptions from "../../logs/LogOptions.ts"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import type { HostConfig } from "../../model/HostConfig.ts"
import { randomId } from "../../model/randomId.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { lookupRuntime } from "../../runtimes/lookupRuntime.ts"
import { Runtimes } from "../../runtimes/Runtimes.ts"
import { ContainerTable } from "../../store/ContainerTable.ts"
import { IntentTable } from "../../store/IntentTable.ts"
import { containerDirectory, EngineHome } from "../EngineHome.ts"
import { Images } from "../images/Images.ts"
import { gone } from "../gone.ts"
import { namedStep, step } from "../step.ts"
import { make, now } from "./ContainerEntry.ts"
import { publishContainerEvent } from "./containerEvents.ts"
import { InvalidRequest, OperationFailed } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import { madeUpName, parseContainerName } from "./containerName.ts"
import type { CreateRequest } from "./Containers.ts"
import { initialState, notStored } from "./containerState.ts"
import { mergeImageConfig } from "./mergeImageConfig.ts"
import { networkMode } from "./networkMode.ts"
import { settleHostConfig } from "./settleHostConfig.ts"

/** Makes a container; nothing runs yet. RPC: 2, side by side. Fails with nothing left behind. */
export const createContainer = Effect.fn("Containers.create")(
  function*(request: CreateRequest) {
    if (request.config.Image === "" && Object.keys(request.config).length === 0) {
      return yield* new InvalidRequest({ message: "config cannot be empty in order to create a container" })
    }
    const images = yield* Images
    const image = yield* images.find(request.config.Image, request.platform)
    const id = yield* randomId
    const merged = mergeImageConfig(request.config, image.config.config)
    const settled = yield* settleHostConfig(merged, request)
    const config = withHostname(settled.config, settled.hostConfig, id, yield* HostFacts)
    const runtime = yield* resolveRuntime(settled.hostConfig.Runtime)
    const log = yield* LogOptions.decode(settled.hostConfig.LogConfig.Type, settled.hostConfig.LogConfig.Config ?? {}).pipe(
      Effect.mapError(({ message }) => new InvalidRequest({ message })))
    yield* images.unpack(image)
    const name = yield* takeName(request.name, id)
    const command = yield* commandOf(config)
    const entry = yield* makeContainer({
      id,
      name,
      created: Timestamp.format(yield* Timestamp.now),
      configRevision: (yield* CurrentConfig).revision,
      config,
      hostConfig: { ...settled.hostConfig, Runtime: runtime.name },
      imageId: image.id,
      imageManifest: image.manifestDigest,
      platform: image.platform,
      path: command[0],
      args: command.slice(1),
      runtime,
      snapshotter: (yield* EngineHome).snapshotter,
      rootfs: [],
      mounts: settled.mounts,
      endpoints: request.endpoints,
      logPath: log.driver === "json-file" ? `${containerDirectory(yield* EngineHome, id)}/${id}-json.log` : ""
    }, image.chainId, log)
    yield* publishContainerEvent(now(entry), "create")
    const warnings = image.platformWarning === undefined ? settled.warnings : [image.platformWarning, ...settled.warnings]
    return { id, warnings }
  },
  Effect.scoped
)

/** The steps that leave something behind, each with its undoing. The intent covers an engine that dies in between. */
const makeContainer = Effect.fnUntraced(function*(draft: ContainerRecord, parent: string, log: LogOptions.LogSettings) {
  const fs = yield* FileSystem.FileSystem
  const intents = yield* IntentTable
  const index = yield* ContainerIndex
  const directory = containerDirectory(yield* EngineHome, draft.id)
  const failed = (error: { readonly message: string }) => new OperationFailed({ operation: "create", message: error.message })
  yield* step(
    Effect.mapError(intents.put({ kind: "container.create", target: draft.id }), notStored),
    () => intents.drop(draft.id)
  )
  const snapshot = { snapshotter: draft.snapshotter, key: draft.id }
  const [rootfs] = yield* Effect.all([
    namedStep(Snapshot.prepare({ ...snapshot, parent }), gone(Snapshot.remove(snapshot))),
    namedStep(SandboxRecord.create(draft.id, draft.runtime.shim), gone(SandboxRecord.remove(draft.id))),
    step(fs.makeDirectory(directory, { recursive: true, mode: 0o710 }), () => fs.remove(directory, { recursive: true }))
  ], { concurrency: "unbounded" }).pipe(Effect.mapError(failed))
  const record = { ...draft, rootfs }
  const entry = yield* make({ record, state: initialState }, log)
  yield* Effect.mapError((yield* ContainerTable).commit({ record, state: initialState }), notStored)
  yield* index.add(entry)
  return entry
})

export const resolveRuntime = Effect.fnUntraced(function*(name: string) {
  const { derived } = yield* CurrentConfig
  const runtime = yield* Effect.fromResult(lookupRuntime(name, derived))
  yield* (yield* Runtimes).ready(runtime)
  return runtime
}, Effect.mapError(({ message }) => new InvalidRequest({ message })))

const takeName = Effect.fnUntraced(function*(asked: string | undefined, id: string) {
  const index = yield* ContainerIndex
  const reserve = (name: string) => step(Effect.as(index.reserveName(name, id), name), () => index.releaseName(name, id))
  if (asked !== undefined && asked !== "") return yield* Effect.flatMap(parseContainerName(asked), reserve)
  const attempt = (count: number): ReturnType<typeof reserve> =>
    Effect.catch(Effect.flatMap(madeUpName(count), reserve), () => attempt(count + 1))
  return yield* attempt(0)
})

/** The path and arguments that run: entrypoint, then command. */
const commandOf = ({ Cmd, Entrypoint }: ContainerConfig) => {
  const [path, ...args] = [...Entrypoint ?? [], ...Cmd ?? []]
  return path === undefined || path === ""
    ? Effect.fail(new InvalidRequest({ message: "no command specified" }))
    : Effect.succeed([path, ...args] as const)
}

/** A container that asked for no name is called by its id, or as the host whose network or name it shares. */
const withHostname = (
  config: ContainerConfig,
  hostConfig: HostConfig,
  id: string,
  host: HostFacts["Service"]
): ContainerConfig => {
  if (config.Hostname !== "" || networkMode(hostConfig).kind === "container") return config
  const sharesHost = networkMode(hostConfig).kind === "host" || hostConfig.UTSMode === "host"
  return { ...config, Hostname: sharesHost ? host.hostname : id.slice(0, 12) }
}
