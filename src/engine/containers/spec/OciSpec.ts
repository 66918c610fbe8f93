/**
 * The part of the OCI runtime specification (1.2) that Gantry writes. Names are the specification's own, so that the
 * value is the JSON. 64-bit numbers that may be "unlimited" are bigints: see `encodeOci`.
 */
export interface OciSpec {
  readonly ociVersion: string
  readonly process: OciProcess
  readonly root: { readonly path: string; readonly readonly: boolean }
  readonly hostname?: string
  readonly mounts: ReadonlyArray<OciMount>
  readonly annotations?: Readonly<Record<string, string>>
  readonly linux: OciLinux
}

export interface OciProcess {
  readonly terminal: boolean
  readonly consoleSize?: { readonly height: number; readonly width: number }
  readonly user: OciUser
  readonly args: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  readonly cwd: string
  readonly capabilities: OciCapabilities
  readonly rlimits?: ReadonlyArray<OciRlimit>
  readonly noNewPrivileges: boolean
  readonly apparmorProfile?: string
  readonly oomScoreAdj: number
}

export interface OciUser {
  readonly uid: number
  readonly gid: number
  readonly additionalGids: ReadonlyArray<number>
}

/** Inheritable and ambient sets are left out, which empties them: CVE-2022-24769. */
export interface OciCapabilities {
  readonly bounding: ReadonlyArray<string>
  readonly effective?: ReadonlyArray<string>
  readonly permitted?: ReadonlyArray<string>
}

export interface OciRlimit {
  readonly type: string
  readonly soft: bigint
  readonly hard: bigint
}

export interface OciMount {
  readonly destination: string
  readonly type: string
  readonly source: string
  readonly options: ReadonlyArray<string>
}

export type OciNamespaceType = "cgroup" | "ipc" | "mount" | "network" | "pid" | "uts"

export interface OciNamespace {
  readonly type: OciNamespaceType
  /** Joined when given, made anew when not. */
  readonly path?: string
}

export interface OciLinux {
  readonly namespaces: ReadonlyArray<OciNamespace>
  readonly cgroupsPath: string
  readonly resources: OciResources
  readonly devices?: ReadonlyArray<OciDevice>
  readonly sysctl?: Readonly<Record<string, string>>
  readonly seccomp?: OciSeccomp
  readonly rootfsPropagation?: string
  readonly maskedPaths: ReadonlyArray<string>
  readonly readonlyPaths: ReadonlyArray<string>
}

export interface OciDevice {
  readonly path: string
  readonly type: "b" | "c" | "p" | "u"
  readonly major: number
  readonly minor: number
  readonly fileMode: number
  readonly uid: number
  readonly gid: number
}

export interface OciDeviceRule {
  readonly allow: boolean
  readonly type?: "a" | "b" | "c"
  readonly major?: number
  readonly minor?: number
  readonly access: string
}

export interface OciThrottle {
  readonly major: number
  readonly minor: number
  readonly rate: number
}

export interface OciResources {
  readonly devices?: ReadonlyArray<OciDeviceRule>
  readonly memory?: {
    readonly limit?: number
    readonly reservation?: number
    readonly swap?: number
    readonly swappiness?: number
    readonly disableOOMKiller?: boolean
  }
  readonly cpu?: {
    readonly shares?: number
    readonly quota?: number
    readonly period?: number
    readonly realtimeRuntime?: number
    readonly realtimePeriod?: number
    readonly cpus?: string
    readonly mems?: string
  }
  readonly pids?: { readonly limit: number }
  readonly blockIO?: {
    readonly weight?: number
    readonly weightDevice?: ReadonlyArray<{ readonly major: number; readonly minor: number; readonly weight: number }>
    readonly throttleReadBpsDevice?: ReadonlyArray<OciThrottle>
    readonly throttleWriteBpsDevice?: ReadonlyArray<OciThrottle>
    readonly throttleReadIOPSDevice?: ReadonlyArray<OciThrottle>
    readonly throttleWriteIOPSDevice?: ReadonlyArray<OciThrottle>
  }
}

export interface OciSeccomp {
  readonly defaultAction: string
  readonly defaultErrnoRet?: number
  readonly architectures?: ReadonlyArray<string>
  readonly flags?: ReadonlyArray<string>
  readonly syscalls: ReadonlyArray<OciSyscall>
}

export interface OciSyscall {
  readonly names: ReadonlyArray<string>
  readonly action: string
  readonly errnoRet?: number
  readonly args?: ReadonlyArray<OciSyscallArgument>
}

export interface OciSyscallArgument {
  readonly index: number
  readonly value: number
  readonly valueTwo?: number
  readonly op: string
}
