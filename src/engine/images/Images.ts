import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { Filters } from "../../model/Filters.ts"
import type { Platform } from "../../model/Platform.ts"
import type { InvalidRequest, NotBuilt, OperationFailed } from "../containers/ContainerFailures.ts"
import type { AmbiguousImage, BadArchive, ImageConflict, LoginDenied, NoSuchImage, NoSuchPlatform, PullFailed } from "./ImageFailures.ts"
import type { FoundImage, HistoryRow, ImageRow, ImageView } from "./ImageView.ts"
import type { ProgressRecord } from "./ProgressRecord.ts"

export interface RegistryAuth {
  readonly username: string
  readonly password: string
  /** In place of a password; from `docker login` with a token. */
  readonly identityToken: string
  readonly registryToken: string
  /** The registry that the credentials are for; empty: the one asked. */
  readonly serverAddress: string
}

/** What of the configuration in force matters to a pull. */
export interface RegistrySettings {
  /** `host[:port]` or CIDR: plain http. Loopback always is. */
  readonly insecure: ReadonlyArray<string>
  /** URLs, tried before Docker Hub. */
  readonly mirrors: ReadonlyArray<string>
}

export interface PullRequest {
  /** `fromImage`: a name, with or without tag or digest. */
  readonly reference: string
  /** Tag or digest, when it is not part of the reference; empty: `latest`. */
  readonly tag: string
  readonly platform: Platform | undefined
  /** Absent: anonymous. */
  readonly auth: RegistryAuth | undefined
  readonly registries: RegistrySettings
}

export interface ImportRequest {
  /** Empty: the image gets no name. */
  readonly repository: string
  readonly tag: string
  readonly message: string
  /** Dockerfile instructions: `CMD ["sh"]`, `ENV A=b`. */
  readonly changes: ReadonlyArray<string>
  readonly platform: Platform | undefined
}

export interface ImageListQuery {
  readonly all: boolean
  readonly filters: Filters
  readonly sharedSize: boolean
}

export type RemovedImage =
  | { readonly untagged: string }
  | { readonly deleted: string }

export type Lookup = NoSuchImage | AmbiguousImage

/**
 * The images here. A `reference` is a name (familiar or canonical; without tag it is `latest`), an id
 * (`sha256:…` or bare), a unique id prefix, or `name@digest`. An image's id is the digest its names point at: an
 * index's or a manifest's. `find`, `nameFor`, `list`, `inspect` and `history` make no containerd call.
 *
 * A stream fails before its first record when the request as such cannot be met, and then alone does the failure
 * decide the answer's status. Its interruption undoes what was half made.
 */
export class Images extends Context.Service<Images, {
  /** The image to make a container from: for the platform asked for, else the host's, else the only one there is. */
  find(reference: string, platform?: Platform): Effect.Effect<FoundImage, Lookup | NoSuchPlatform | InvalidRequest>
  /** Makes the snapshot that a container stands on, for an image that came without (another platform's, or from outside). */
  unpack(found: FoundImage): Effect.Effect<void, OperationFailed>
  /** `asked` as long as it still points at the image, else the id: what a list of containers shows. */
  nameFor(imageId: string, asked: string): Effect.Effect<string>
  /** Newest first. */
  list(query: ImageListQuery): Effect.Effect<ReadonlyArray<ImageRow>, Lookup | InvalidRequest>
  /** With a platform, `shown` is that platform's. */
  inspect(reference: string, platform?: Platform): Effect.Effect<ImageView, Lookup | NoSuchPlatform | InvalidRequest>
  /** Newest layer first. */
  history(reference: string, platform?: Platform): Effect.Effect<ReadonlyArray<HistoryRow>, Lookup | NoSuchPlatform | InvalidRequest>
  tag(source: string, repository: string, tag: string): Effect.Effect<void, Lookup | InvalidRequest | OperationFailed>
  remove(reference: string, options: { readonly force: boolean; readonly noPrune: boolean }): Effect.Effect<
    ReadonlyArray<RemovedImage>, Lookup | ImageConflict | InvalidRequest | OperationFailed
  >
  /** Filters `dangling` (default true), `label`, `label!`, `until`. */
  prune(filters: Filters): Effect.Effect<
    { readonly removed: ReadonlyArray<RemovedImage>; readonly reclaimedBytes: number }, InvalidRequest | OperationFailed
  >
  /** Whether a registry takes the credentials. */
  checkCredentials(auth: RegistryAuth, registries: RegistrySettings): Effect.Effect<void, LoginDenied | NotBuilt | OperationFailed>
  pull(request: PullRequest): Stream.Stream<ProgressRecord, PullFailed | InvalidRequest | OperationFailed>
  /** A `docker save` or OCI archive, plain, gzip or zstd. */
  load(bytes: Stream.Stream<Uint8Array>, options: { readonly quiet: boolean; readonly platform?: Platform }): Stream.Stream<
    ProgressRecord, BadArchive | InvalidRequest | OperationFailed
  >
  /**
   * The images as one archive that Docker and OCI tools read; names keep their names, ids come without. It fails
   * before the first byte when one is not here.
   */
  save(references: ReadonlyArray<string>, platform?: Platform): Stream.Stream<
    Uint8Array, Lookup | NoSuchPlatform | InvalidRequest | OperationFailed
  >
  /** A root file system as tar, plain or compressed, becomes an image of one layer. The last record's status is its id. */
  importRootfs(bytes: Stream.Stream<Uint8Array>, request: ImportRequest): Stream.Stream<
    ProgressRecord, BadArchive | InvalidRequest | OperationFailed
  >
}>()("gantry/engine/Images") {}
