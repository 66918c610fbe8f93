import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import { Containerd } from "./Containerd.ts"
import type { ContainerdError } from "./ContainerdError.ts"
import { Transfer } from "./generated/transfer_pb.ts"
import {
  AuthRequestSchema,
  AuthResponseSchema,
  AuthType,
  ImageExportStreamSchema,
  ImageImportStreamSchema,
  ImageStoreSchema,
  OCIRegistrySchema,
  ProgressSchema
} from "./generated/transfer_types_pb.ts"
import type { AnyInit } from "./packAny.ts"
import * as TransferStream from "./TransferStream.ts"

/** What a transfer tells of its way. `event` is containerd's word: `waiting`, `downloading`, `complete`, `saved`. */
export interface TransferProgress {
  readonly event: string
  /** `layer-sha256:…`, or the name of an image. */
  readonly name: string
  readonly parents: ReadonlyArray<string>
  readonly current: number
  readonly total: number
  readonly target: {
    readonly mediaType: string
    readonly digest: string
    readonly size: number
    readonly annotations: Readonly<Record<string, string>>
  } | undefined
}

export interface TransferPlatform {
  readonly os: string
  readonly architecture: string
  readonly variant?: string
}

interface Common {
  /** Names the transfer's streams; must be unique. */
  readonly id: string
  readonly lease: string
  readonly snapshotter: string
  onProgress(progress: TransferProgress): Effect.Effect<void>
}

export interface PullOptions extends Common {
  /** Canonical, with tag or digest. */
  readonly reference: string
  /** The name under which the image is stored. */
  readonly name: string
  readonly platform: TransferPlatform
  /** Only for the host's own platform: containerd refuses the others. */
  readonly unpack: boolean
  readonly plainHttp: boolean
  /** A folder that says where to ask, from `registryHosts`; absent: the registry itself. */
  readonly hostsDirectory: string | undefined
  /** Answers who asks; absent: anonymous. */
  credentials(host: string): { readonly username: string; readonly secret: string; readonly refresh: boolean } | undefined
}

export interface ImportOptions<E, R> extends Common {
  readonly archive: Stream.Stream<Uint8Array, E, R>
  /** All that is stored is named `prefix@digest` or `prefix:tag`; `saved` tells of each with its annotations. */
  readonly prefix: string
  /** To unpack. */
  readonly platform: TransferPlatform
}

/** Fetches an image from a registry and unpacks it. */
export const pull = Effect.fn("ImageTransfer.pull")(
  function*(options: PullOptions): Effect.fn.Return<void, ContainerdError, Containerd | Scope.Scope> {
    const authId = `${options.id}-auth`
    yield* TransferStream.open(authId, (message, stream) => {
      const request = TransferStream.unpackAs(AuthRequestSchema, message)
      if (request === undefined) return Effect.void
      const credentials = options.credentials(request.host)
      return stream.send(TransferStream.pack(
        AuthResponseSchema,
        credentials === undefined ? { authType: AuthType.NONE } : {
          authType: credentials.refresh ? AuthType.REFRESH : AuthType.CREDENTIALS,
          username: credentials.username,
          secret: credentials.secret
        }
      ))
    })
    const { platform, snapshotter } = options
    yield* transfer(
      options,
      TransferStream.pack(OCIRegistrySchema, {
        reference: options.reference,
        resolver: {
          authStream: authId,
          defaultScheme: options.plainHttp ? "http" : "",
          hostDir: options.hostsDirectory ?? ""
        }
      }),
      TransferStream.pack(ImageStoreSchema, {
        name: options.name,
        platforms: [platform],
        unpacks: options.unpack ? [{ platform, snapshotter }] : []
      })
    )
  },
  Effect.scoped
)

/** Takes an archive, `docker save`'s or OCI's, plain or compressed by gzip or zstd, and unpacks what fits the platform. */
export const importArchive = Effect.fn("ImageTransfer.importArchive")(
  function*<E, R>(options: ImportOptions<E, R>): Effect.fn.Return<void, ContainerdError | E, Containerd | Scope.Scope | R> {
    const streamId = `${options.id}-archive`
    const send = yield* TransferStream.sendBytes(streamId, options.archive)
    const { platform, snapshotter } = options
    const importing = transfer(
      options,
      TransferStream.pack(ImageImportStreamSchema, { stream: streamId }),
      TransferStream.pack(ImageStoreSchema, {
        extraReferences: [{ name: options.prefix, isPrefix: true, addDigest: true, skipNamedDigest: true }],
        unpacks: [{ platform, snapshotter }]
      })
    )
    // A sender that fails must end the import, and one that is done must not; the import's own failure says most.
    const sending = yield* Effect.forkScoped(send)
    yield* Effect.raceFirst(
      importing,
      Effect.andThen(Fiber.join(sending), Effect.never)
    )
  },
  Effect.scoped
)

/** Writes images as one archive that both Docker and OCI tools read. */
export const exportArchive = Effect.fn("ImageTransfer.exportArchive")(
  function*(options: {
    readonly id: string
    readonly names: ReadonlyArray<string>
    readonly platform: TransferPlatform | undefined
    onBytes(bytes: Uint8Array): Effect.Effect<void>
  }): Effect.fn.Return<void, ContainerdError, Containerd | Scope.Scope> {
    const containerd = yield* Containerd
    const streamId = `${options.id}-archive`
    const received = yield* TransferStream.receiveArchive(streamId, options.onBytes)
    yield* containerd.unary(Transfer.method.transfer, {
      source: TransferStream.pack(ImageStoreSchema, { extraReferences: options.names.map((name) => ({ name })) }),
      destination: TransferStream.pack(ImageExportStreamSchema, {
        stream: streamId,
        platforms: options.platform === undefined ? [] : [options.platform],
        allPlatforms: false
      })
    })
    yield* received
  },
  Effect.scoped
)

const transfer = Effect.fnUntraced(
  function*(
    options: Common,
    source: AnyInit,
    destination: AnyInit
  ): Effect.fn.Return<void, ContainerdError, Containerd | Scope.Scope> {
    const containerd = yield* Containerd
    const progress = yield* TransferStream.open(`${options.id}-progress`, (message) => {
      const told = TransferStream.unpackAs(ProgressSchema, message)
      return told === undefined ? Effect.void : options.onProgress({
        event: told.event,
        name: told.name,
        parents: told.parents,
        current: Number(told.progress),
        total: Number(told.total),
        target: told.desc === undefined ? undefined : { ...told.desc, size: Number(told.desc.size) }
      })
    })
    yield* containerd.unary(
      Transfer.method.transfer,
      { source, destination, options: { progressStream: progress.id } },
      { lease: options.lease }
    )
    // What was told before the reply may still be on its way.
    yield* progress.end
    yield* Effect.timeoutOrElse(progress.closed, { duration: "2 seconds", orElse: () => Effect.void })
  }
)
