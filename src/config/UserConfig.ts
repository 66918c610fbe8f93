import * as Struct from "effect/Struct"
import * as Schema from "effect/Schema"
import { RuntimeDefinition } from "../model/RuntimeDefinition.ts"

const texts = Schema.Array(Schema.String)
const textMap = Schema.Record(Schema.String, Schema.String)

/** A limit as `daemon.json` has it; -1 is unlimited. The key it stands under is the limit's name. */
export const Ulimit = Schema.Struct({ Name: Schema.optionalKey(Schema.String), Hard: Schema.Int, Soft: Schema.Int })
/** A range from which networks without a subnet of their own take one of `size` bits. */
export const PoolDefinition = Schema.Struct({ base: Schema.String, size: Schema.Int })
/** Where registries are reached through. May hold credentials: show them with `maskCredentials` only. */
export const Proxies = Schema.Struct({
  "http-proxy": Schema.optionalKey(Schema.String),
  "https-proxy": Schema.optionalKey(Schema.String),
  "no-proxy": Schema.optionalKey(Schema.String)
})

/** What always has a value: from a flag, from the file, or `defaults`. */
const settled = {
  dataRoot: Schema.String,
  execRoot: Schema.String,
  pidfile: Schema.String,
  group: Schema.String,
  hosts: texts,
  containerdNamespace: Schema.String,
  debug: Schema.Boolean,
  logLevel: Schema.String,
  logFormat: Schema.String,
  rawLogs: Schema.Boolean,
  minApiVersion: Schema.String,
  runtimes: Schema.Record(Schema.String, RuntimeDefinition),
  logDriver: Schema.String,
  logOpts: textMap,
  defaultUlimits: Schema.Record(Schema.String, Ulimit),
  defaultShmSizeBytes: Schema.Int,
  /** `private` or `shareable`. */
  defaultIpcMode: Schema.String,
  execOpts: texts,
  init: Schema.Boolean,
  /** `builtin`, `unconfined` or the path of a profile. */
  seccompProfile: Schema.String,
  noNewPrivileges: Schema.Boolean,
  liveRestore: Schema.Boolean,
  /** -1 waits without limit. */
  shutdownTimeoutSeconds: Schema.Int,
  defaultStopTimeoutSeconds: Schema.Int,
  labels: texts,
  ip: Schema.String,
  ipv6: Schema.Boolean,
  mtu: Schema.Int,
  icc: Schema.Boolean,
  iptables: Schema.Boolean,
  ip6tables: Schema.Boolean,
  ipForward: Schema.Boolean,
  ipMasq: Schema.Boolean,
  defaultAddressPools: Schema.Array(PoolDefinition),
  defaultNetworkOpts: Schema.Record(Schema.String, textMap),
  dns: texts,
  dnsOpts: texts,
  dnsSearch: texts,
  hostGatewayIps: texts,
  registryMirrors: texts,
  insecureRegistries: texts,
  /** 0 is without limit; so it is for uploads. */
  maxConcurrentDownloads: Schema.Int,
  maxConcurrentUploads: Schema.Int,
  maxDownloadAttempts: Schema.Int,
  proxies: Proxies,
  features: Schema.Record(Schema.String, Schema.Boolean),
  experimental: Schema.Boolean
}

/** What may be unset, which is not the same as empty. */
const open = {
  /** The socket of a containerd that runs already; unset: the engine starts its own. */
  containerdAddress: Schema.String,
  /** Unset: crun if it works on this machine, else runc. */
  defaultRuntime: Schema.String,
  /** Unset: `host` on cgroups v1, `private` on v2. */
  defaultCgroupnsMode: Schema.String,
  cgroupParent: Schema.String,
  initPath: Schema.String,
  /** A bridge that exists already, or `none`: no default network. */
  bridge: Schema.String,
  bip: Schema.String,
  bip6: Schema.String,
  fixedCidr: Schema.String,
  fixedCidrV6: Schema.String,
  defaultGateway: Schema.String,
  defaultGatewayV6: Schema.String,
  /** `nftables` or `iptables`; unset: nftables if the machine has it. */
  firewallBackend: Schema.String,
  /** containerd's snapshotter, or Docker's name for it; unset: overlayfs. */
  storageDriver: Schema.String,
  metricsAddr: Schema.String
}

const optional = <F extends Record<string, Schema.Top>>(fields: F) => Schema.Struct(fields).mapFields(Struct.map(Schema.optionalKey)).fields

/** What flags and `daemon.json` say, defaults filled in. */
export const UserConfig = Schema.Struct({ ...settled, ...optional(open) })
export type UserConfig = typeof UserConfig.Type

/** What one source (the flags, or the file) says: a name that is absent was not said. */
export const Settings = Schema.Struct({ ...optional(settled), ...optional(open) })
export type Settings = typeof Settings.Type
export type SettingName = keyof Settings

/** What holds where neither flags nor file say otherwise. */
export const defaults: UserConfig = {
  dataRoot: "/var/lib/gantry",
  execRoot: "/run/gantry",
  pidfile: "/run/gantry/gantry.pid",
  group: "docker",
  hosts: ["unix:///run/gantry/gantry.sock"],
  containerdNamespace: "gantry",
  debug: false,
  logLevel: "info",
  logFormat: "text",
  rawLogs: false,
  minApiVersion: "1.24",
  runtimes: {},
  logDriver: "json-file",
  logOpts: {},
  defaultUlimits: {},
  defaultShmSizeBytes: 64 * 1024 * 1024,
  defaultIpcMode: "private",
  execOpts: [],
  init: false,
  seccompProfile: "builtin",
  noNewPrivileges: false,
  liveRestore: false,
  shutdownTimeoutSeconds: 15,
  defaultStopTimeoutSeconds: 10,
  labels: [],
  ip: "0.0.0.0",
  ipv6: false,
  mtu: 1500,
  icc: true,
  iptables: true,
  ip6tables: true,
  ipForward: true,
  ipMasq: true,
  defaultAddressPools: [],
  defaultNetworkOpts: {},
  dns: [],
  dnsOpts: [],
  dnsSearch: [],
  hostGatewayIps: [],
  registryMirrors: [],
  insecureRegistries: [],
  maxConcurrentDownloads: 3,
  maxConcurrentUploads: 5,
  maxDownloadAttempts: 5,
  proxies: {},
  features: {},
  experimental: false
}
