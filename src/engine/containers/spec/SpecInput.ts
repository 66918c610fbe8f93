import type { ContainerRecord } from "../../../model/ContainerRecord.ts"
import type { HostDevice } from "../../../host/HostDevices.ts"
import type { HostFacts } from "../../../host/HostFacts.ts"
import type { OciUser } from "./OciSpec.ts"
import type { SeccompProfile } from "./SeccompProfile.ts"

/** Where a container's network stack is: pinned at a path, the host's, or its own with nothing but loopback. */
export type NetworkNamespace =
  | { readonly type: "path"; readonly path: string }
  | { readonly type: "host" }
  | { readonly type: "none" }

/** Files of ours that are mounted over a container's own; each absent where the container keeps its image's. */
export interface ContainerFiles {
  readonly hostname?: string
  readonly hosts?: string
  readonly resolvConf?: string
}

/** Namespaces of other containers to join, as `/proc/<pid>/ns/…`. Needed for each mode `container:<id>`. */
export interface JoinedNamespaces {
  readonly pid?: string
  readonly ipc?: string
  readonly uts?: string
}

/** What the daemon's configuration adds to every container. */
export interface SpecDefaults {
  readonly init: boolean
  readonly noNewPrivileges: boolean
  readonly ulimits: ReadonlyArray<{ readonly Name: string; readonly Hard: number; readonly Soft: number }>
}

/** The part of the input that describes the process; all that an exec needs as its template. */
export interface ProcessInput {
  readonly record: ContainerRecord
  readonly host: HostFacts["Service"]
  /** Of `config.User` and `GroupAdd`: see `resolveUser`. */
  readonly user: OciUser
  readonly defaults: SpecDefaults
}

/** All that a container's spec is made of. Everything is looked up beforehand: making the spec touches nothing. */
export interface SpecInput extends ProcessInput {
  readonly network: NetworkNamespace
  readonly files: ContainerFiles
  /** See `cgroupsPath`. */
  readonly cgroupsPath: string
  readonly joined: JoinedNamespaces
  /** The directory of a shared `/dev/shm`, for IPC modes `shareable` and `container:<id>`. */
  readonly shmSource?: string
  /** Host path of the static init for `--init`. */
  readonly initPath?: string
  /**
   * The profile of containers that bring none of their own in `SecurityOpt`: the built-in one (`hardenSeccomp`) or the
   * daemon's own, as it is. `undefined` leaves them unconfined.
   */
  readonly seccomp: SeccompProfile | undefined
  /** The nodes of `HostConfig.Devices`; when privileged, all of the host's and those that have another path. */
  readonly devices: ReadonlyArray<HostDevice>
  /** Device numbers of the paths in the `Blkio…` limits: see `blockPaths`. */
  readonly blockDevices: ReadonlyMap<string, { readonly major: number; readonly minor: number }>
  /** The runtime knows the mount option `rro`. */
  readonly recursiveReadOnly: boolean
}
