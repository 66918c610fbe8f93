import type { SettingName } from "./UserConfig.ts"

/** How a flag's words become the value that `daemon.json` would hold. */
export type FlagForm =
  | "text" | "switch" | "integer" | "texts" | "pairs" | "runtimes" | "ulimits" | "pools" | "networkOpts" | "features"

/** What a reload does with a changed value: in force at once, for what is made afterwards, or at the next start. */
export type TakesEffect = "now" | "new" | "restart"

export interface Setting {
  /** Its name in `daemon.json`. */
  readonly key: string
  readonly takesEffect: TakesEffect
  readonly form: FlagForm
  /** Its name on the command line, if that differs; `null`: `daemon.json` alone. */
  readonly flag?: string | null
  readonly short?: string
  /** Flags and file are joined entry by entry: only an entry that both have is a clash. */
  readonly joins?: true
}

/** Every key of `daemon.json` that is honoured, once. */
export const settings: { readonly [Name in SettingName]-?: Setting } = {
  dataRoot: { key: "data-root", form: "text", takesEffect: "restart" },
  execRoot: { key: "exec-root", form: "text", takesEffect: "restart" },
  pidfile: { key: "pidfile", form: "text", short: "p", takesEffect: "restart" },
  group: { key: "group", form: "text", short: "G", takesEffect: "restart" },
  hosts: { key: "hosts", flag: "host", form: "texts", short: "H", takesEffect: "restart" },
  containerdAddress: { key: "containerd", form: "text", takesEffect: "restart" },
  containerdNamespace: { key: "containerd-namespace", form: "text", takesEffect: "restart" },
  debug: { key: "debug", form: "switch", short: "D", takesEffect: "now" },
  logLevel: { key: "log-level", form: "text", short: "l", takesEffect: "now" },
  logFormat: { key: "log-format", form: "text", takesEffect: "restart" },
  rawLogs: { key: "raw-logs", form: "switch", takesEffect: "restart" },
  minApiVersion: { key: "min-api-version", flag: null, form: "text", takesEffect: "restart" },
  runtimes: { key: "runtimes", flag: "add-runtime", form: "runtimes", joins: true, takesEffect: "new" },
  defaultRuntime: { key: "default-runtime", form: "text", takesEffect: "new" },
  logDriver: { key: "log-driver", form: "text", takesEffect: "new" },
  logOpts: { key: "log-opts", flag: "log-opt", form: "pairs", takesEffect: "new" },
  defaultUlimits: { key: "default-ulimits", flag: "default-ulimit", form: "ulimits", takesEffect: "new" },
  defaultShmSizeBytes: { key: "default-shm-size", form: "text", takesEffect: "new" },
  defaultIpcMode: { key: "default-ipc-mode", form: "text", takesEffect: "new" },
  defaultCgroupnsMode: { key: "default-cgroupns-mode", form: "text", takesEffect: "new" },
  cgroupParent: { key: "cgroup-parent", form: "text", takesEffect: "new" },
  execOpts: { key: "exec-opts", flag: "exec-opt", form: "texts", takesEffect: "restart" },
  init: { key: "init", form: "switch", takesEffect: "new" },
  initPath: { key: "init-path", form: "text", takesEffect: "new" },
  seccompProfile: { key: "seccomp-profile", form: "text", takesEffect: "new" },
  noNewPrivileges: { key: "no-new-privileges", form: "switch", takesEffect: "new" },
  liveRestore: { key: "live-restore", form: "switch", takesEffect: "now" },
  shutdownTimeoutSeconds: { key: "shutdown-timeout", form: "integer", takesEffect: "now" },
  defaultStopTimeoutSeconds: { key: "default-stop-timeout", form: "integer", takesEffect: "now" },
  labels: { key: "labels", flag: "label", form: "texts", takesEffect: "now" },
  bridge: { key: "bridge", form: "text", short: "b", takesEffect: "restart" },
  bip: { key: "bip", form: "text", takesEffect: "restart" },
  bip6: { key: "bip6", form: "text", takesEffect: "restart" },
  fixedCidr: { key: "fixed-cidr", form: "text", takesEffect: "restart" },
  fixedCidrV6: { key: "fixed-cidr-v6", form: "text", takesEffect: "restart" },
  defaultGateway: { key: "default-gateway", form: "text", takesEffect: "restart" },
  defaultGatewayV6: { key: "default-gateway-v6", form: "text", takesEffect: "restart" },
  ip: { key: "ip", form: "text", takesEffect: "restart" },
  ipv6: { key: "ipv6", form: "switch", takesEffect: "restart" },
  mtu: { key: "mtu", form: "integer", takesEffect: "restart" },
  icc: { key: "icc", form: "switch", takesEffect: "restart" },
  iptables: { key: "iptables", form: "switch", takesEffect: "restart" },
  ip6tables: { key: "ip6tables", form: "switch", takesEffect: "restart" },
  ipForward: { key: "ip-forward", form: "switch", takesEffect: "restart" },
  ipMasq: { key: "ip-masq", form: "switch", takesEffect: "restart" },
  defaultAddressPools: { key: "default-address-pools", flag: "default-address-pool", form: "pools", takesEffect: "new" },
  defaultNetworkOpts: { key: "default-network-opts", flag: "default-network-opt", form: "networkOpts", takesEffect: "new" },
  firewallBackend: { key: "firewall-backend", form: "text", takesEffect: "restart" },
  dns: { key: "dns", form: "texts", takesEffect: "new" },
  dnsOpts: { key: "dns-opts", flag: "dns-opt", form: "texts", takesEffect: "new" },
  dnsSearch: { key: "dns-search", form: "texts", takesEffect: "new" },
  hostGatewayIps: { key: "host-gateway-ips", flag: "host-gateway-ip", form: "texts", takesEffect: "new" },
  registryMirrors: { key: "registry-mirrors", flag: "registry-mirror", form: "texts", takesEffect: "new" },
  insecureRegistries: { key: "insecure-registries", flag: "insecure-registry", form: "texts", takesEffect: "new" },
  maxConcurrentDownloads: { key: "max-concurrent-downloads", form: "integer", takesEffect: "new" },
  maxConcurrentUploads: { key: "max-concurrent-uploads", form: "integer", takesEffect: "new" },
  maxDownloadAttempts: { key: "max-download-attempts", form: "integer", takesEffect: "new" },
  // Its flags are three of their own: `proxyFlags`.
  proxies: { key: "proxies", flag: null, form: "pairs", joins: true, takesEffect: "new" },
  features: { key: "features", flag: "feature", form: "features", joins: true, takesEffect: "new" },
  experimental: { key: "experimental", form: "switch", takesEffect: "now" },
  storageDriver: { key: "storage-driver", form: "text", short: "s", takesEffect: "restart" },
  metricsAddr: { key: "metrics-addr", form: "text", takesEffect: "restart" }
}

/** Flags whose value goes into `proxies` under the same name. */
export const proxyFlags = ["http-proxy", "https-proxy", "no-proxy"] as const

// `Object.keys` forgets what the mapped type says: `settings` has exactly these names.
export const settingNames = Object.keys(settings) as ReadonlyArray<SettingName>
