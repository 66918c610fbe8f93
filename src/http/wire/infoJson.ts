import type { EngineConfig } from "../../config/EngineConfig.ts"
import type { Component, KernelFeatures, SystemInfo } from "../../engine/system/System.ts"
import { dockerRelease } from "../ApiVersion.ts"

/** The body of `/info`, for the newest clients; `infoShapes` has what others see. */
export const infoJson = (info: SystemInfo, { derived, user }: EngineConfig, systemTime: string): Record<string, unknown> => ({
  ID: info.id,
  Containers: info.containers.running + info.containers.paused + info.containers.stopped,
  ContainersRunning: info.containers.running,
  ContainersPaused: info.containers.paused,
  ContainersStopped: info.containers.stopped,
  Images: info.images,
  Driver: info.snapshotter,
  // By this clients know that images are containerd's.
  DriverStatus: [["driver-type", "io.containerd.snapshotter.v1"]],
  Plugins: {
    Volume: ["local"],
    Network: ["bridge", "host", "null"],
    Authorization: null,
    Log: ["json-file", "local", "none"]
  },
  ...limits(info.kernel),
  Debug: user.debug,
  NFd: info.openFiles,
  NGoroutines: 0,
  SystemTime: systemTime,
  LoggingDriver: user.logDriver,
  CgroupDriver: info.kernel.cgroupDriver,
  CgroupVersion: String(info.kernel.cgroupVersion),
  NEventsListener: info.eventListeners,
  KernelVersion: info.versions.kernelVersion,
  OperatingSystem: info.operatingSystem,
  OSVersion: info.osVersion,
  OSType: "linux",
  Architecture: unameArchitecture(info.versions.architecture),
  IndexServerAddress: "https://index.docker.io/v1/",
  RegistryConfig: registryConfig(user.insecureRegistries, user.registryMirrors),
  NCPU: info.cpus,
  MemTotal: info.memoryBytes,
  GenericResources: null,
  DockerRootDir: user.dataRoot,
  HttpProxy: withoutCredentials(user.proxies["http-proxy"]),
  HttpsProxy: withoutCredentials(user.proxies["https-proxy"]),
  NoProxy: user.proxies["no-proxy"] ?? "",
  Name: info.hostname,
  Labels: user.labels,
  ExperimentalBuild: user.experimental,
  ServerVersion: dockerRelease,
  Runtimes: runtimesJson(info),
  DefaultRuntime: info.defaultRuntime,
  // An empty state means "a swarm is on" to compose.
  Swarm: {
    NodeID: "", NodeAddr: "", LocalNodeState: "inactive", ControlAvailable: false, Error: "", RemoteManagers: null
  },
  LiveRestoreEnabled: user.liveRestore,
  Isolation: "",
  InitBinary: user.initPath ?? (info.init === undefined ? "" : "docker-init"),
  ContainerdCommit: commitOf(info.versions.containerd),
  RuncCommit: commitOf(info.versions.runtime),
  InitCommit: commitOf(info.init),
  SecurityOptions: securityOptions(info, user.noNewPrivileges, derived.defaultCgroupnsMode),
  DefaultAddressPools: derived.addressPools.map(({ base, prefixLength, size }) => ({
    Base: `${base}/${prefixLength}`, Size: size
  })),
  FirewallBackend: { Driver: info.firewallBackend },
  CDISpecDirs: [],
  Containerd: {
    Address: info.containerd.address,
    Namespaces: { Containers: info.containerd.namespace, Plugins: info.containerd.namespace }
  },
  Warnings: info.warnings
})

const limits = (kernel: KernelFeatures) => ({
  MemoryLimit: kernel.memoryLimit,
  SwapLimit: kernel.swapLimit,
  CpuCfsPeriod: kernel.cpuCfs,
  CpuCfsQuota: kernel.cpuCfs,
  CPUShares: kernel.cpuShares,
  CPUSet: kernel.cpuSet,
  PidsLimit: kernel.pidsLimit,
  IPv4Forwarding: kernel.ipv4Forwarding,
  OomKillDisable: kernel.oomKillDisable
})

const unameNames: Readonly<Record<string, string>> = { amd64: "x86_64", arm64: "aarch64", arm: "armv7l", "386": "i686" }
const unameArchitecture = (architecture: string): string => unameNames[architecture] ?? architecture

/** Proxies may carry a password, which is nobody's business. */
const withoutCredentials = (url: string | undefined): string => (url ?? "").replace(/\/\/[^/@]*@/, "//xxxxx:xxxxx@")

const registryConfig = (insecure: ReadonlyArray<string>, mirrors: ReadonlyArray<string>) => ({
  InsecureRegistryCIDRs: ["::1/128", "127.0.0.0/8", ...insecure.filter((registry) => registry.includes("/"))],
  IndexConfigs: Object.fromEntries([
    ["docker.io", { Mirrors: mirrors, Name: "docker.io", Official: true, Secure: true }],
    ...insecure.filter((registry) => !registry.includes("/")).map((Name) =>
      [Name, { Mirrors: [], Name, Official: false, Secure: false }] as const)
  ]),
  Mirrors: mirrors
})

const runtimesJson = ({ runtimes }: SystemInfo) =>
  Object.fromEntries(
    Object.entries(runtimes).map(([name, { args, path, shim }]) => [name, {
      ...(path === "" ? { runtimeType: shim } : { path }),
      ...(args.length === 0 ? {} : { runtimeArgs: args }),
      status: {}
    }])
  )

/** Programs that do not tell what they were built from are known by their version. */
const commitOf = (component: Component | undefined) => ({ ID: component?.commit || component?.version || "" })

const securityOptions = (
  { kernel: { appArmor, seccomp }, seccompProfile }: SystemInfo,
  noNewPrivileges: boolean,
  cgroupnsMode: string
): ReadonlyArray<string> => [
  ...(appArmor ? ["name=apparmor"] : []),
  ...(seccomp ? [`name=seccomp,profile=${seccompProfile}`] : []),
  ...(cgroupnsMode === "private" ? ["name=cgroupns"] : []),
  ...(noNewPrivileges ? ["name=no-new-privileges"] : [])
]
