import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { CurrentConfig } from "../../config/EngineConfig.ts"
import type { ContainerView } from "../containers/ContainerView.ts"
import type { ImageRow } from "../images/ImageView.ts"

/** A program of the stack below, as far as it is known. Empty texts: not known. */
export interface Component {
  readonly name: string
  readonly version: string
  readonly commit: string
}

/** What was built, and what it runs on. */
export interface Versions {
  /** Gantry's own. */
  readonly version: string
  readonly commit: string
  /** RFC 3339, or empty. */
  readonly buildTime: string
  readonly nodeVersion: string
  readonly kernelVersion: string
  /** As OCI writes it: `amd64`, `arm64`. */
  readonly architecture: string
  readonly containerd: Component
  /** The OCI runtime that is the default now. */
  readonly runtime: Component
}

export interface ContainerCounts {
  readonly running: number
  readonly paused: number
  readonly stopped: number
}

/** What the kernel can do for containers' limits. */
export interface KernelFeatures {
  readonly memoryLimit: boolean
  readonly swapLimit: boolean
  readonly cpuCfs: boolean
  readonly cpuShares: boolean
  readonly cpuSet: boolean
  readonly pidsLimit: boolean
  readonly oomKillDisable: boolean
  readonly ipv4Forwarding: boolean
  readonly seccomp: boolean
  readonly appArmor: boolean
  readonly cgroupVersion: 1 | 2
  /** `cgroupfs`, `systemd` or `none`. */
  readonly cgroupDriver: string
}

export interface SystemInfo {
  /** Of this installation; the same after a restart. */
  readonly id: string
  readonly hostname: string
  readonly containers: ContainerCounts
  readonly images: number
  readonly snapshotter: string
  readonly kernel: KernelFeatures
  readonly versions: Versions
  /** `Debian GNU/Linux 12 (bookworm)`, and its version number. */
  readonly operatingSystem: string
  readonly osVersion: string
  readonly cpus: number
  readonly memoryBytes: number
  /** Runtimes that containers may ask for, by name. */
  readonly runtimes: Readonly<Record<string, { readonly path: string; readonly shim: string; readonly args: ReadonlyArray<string> }>>
  readonly defaultRuntime: string
  /** Socket and namespaces of the containerd below. */
  readonly containerd: { readonly address: string; readonly namespace: string }
  readonly openFiles: number
  readonly eventListeners: number
  /** The init that `--init` puts before a process; absent: none was found. */
  readonly init: { readonly path: string } & Component | undefined
  /** Of containers that bring none: `builtin`, `unconfined`, or where it was read from. */
  readonly seccompProfile: string
  /** `nftables`, `iptables`; empty if none. */
  readonly firewallBackend: string
  /** For the user: what does not work as it should here. */
  readonly warnings: ReadonlyArray<string>
}

export interface DiskUsage {
  /** Bytes of all layers, each counted once. */
  readonly layersBytes: number
  /** With `sharedBytes`. */
  readonly images: ReadonlyArray<ImageRow>
  readonly containers: ReadonlyArray<{
    readonly view: ContainerView
    /** What the container wrote, and that with its image. */
    readonly writableBytes: number
    readonly rootfsBytes: number
  }>
}

/** The engine and the machine as a whole. Nothing here makes a containerd call. */
export class System extends Context.Service<System, {
  readonly versions: Effect.Effect<Versions, never, CurrentConfig>
  readonly info: Effect.Effect<SystemInfo, never, CurrentConfig>
  readonly diskUsage: Effect.Effect<DiskUsage>
}>()("gantry/engine/System") {}
