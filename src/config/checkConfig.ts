import * as Result from "effect/Result"
import { parsePrefix } from "./addressPools.ts"
import { checkApiVersion } from "./checkApiVersion.ts"
import { checkRegistries } from "./checkRegistries.ts"
import { ConfigRejected } from "./ConfigRejected.ts"
import { isAddress } from "./isAddress.ts"
import { settings } from "./settings.ts"
import type { SettingName, UserConfig } from "./UserConfig.ts"

/** Why a value can't be; nothing if it can. */
type Check = (user: UserConfig) => string | undefined

const logLevels = ["panic", "fatal", "error", "warn", "info", "debug", "trace"]

const among = (value: string | undefined, allowed: ReadonlyArray<string>, message: string) =>
  value === undefined || allowed.includes(value) ? undefined : message

const notBelow = (least: number, value: number, message: string) => value < least ? `${message}: ${value}` : undefined

const firstBad = (values: ReadonlyArray<string>, good: (value: string) => boolean, message: (value: string) => string) =>
  values.filter((value) => !good(value)).map(message).at(0)

const badPrefix = (value: string | undefined, version: 4 | 6) =>
  value === undefined || parsePrefix(value)?.version === version ? undefined : `invalid CIDR address: ${value}`

const badAddress = (value: string | undefined) =>
  value === undefined || isAddress(value) ? undefined : `invalid IP address: ${value}`

const labelConflict = (labels: ReadonlyArray<string>): string | undefined => {
  const values = new Map<string, string>()
  for (const label of labels) {
    const [, key, value] = /^([^=]*)=(.*)$/s.exec(label) ?? [label, label, ""]
    if (key === "" || key === undefined) return `invalid label '${label}': empty name`
    const other = values.get(key)
    if (other !== undefined && other !== value) return `conflict labels for ${key}=${value} and ${key}=${other}`
    values.set(key, value ?? "")
  }
  return undefined
}

const checks: { readonly [Name in SettingName]?: Check } = {
  hosts: ({ hosts }) =>
    hosts.length === 0
      ? "no hosts configured: at least one unix socket is needed"
      : firstBad(hosts, (host) => /^unix:\/\/\/./.test(host), (host) =>
        `invalid bind address (${host}): only unix:// with an absolute path is supported`),
  dataRoot: ({ dataRoot }) => dataRoot.startsWith("/") ? undefined : `data-root must be an absolute path: ${dataRoot}`,
  execRoot: ({ execRoot }) => execRoot.startsWith("/") ? undefined : `exec-root must be an absolute path: ${execRoot}`,
  containerdNamespace: ({ containerdNamespace }) =>
    /^[A-Za-z0-9]+(?:[._-][A-Za-z0-9]+)*$/.test(containerdNamespace) && containerdNamespace.length <= 76
      ? undefined
      : `invalid containerd namespace: ${containerdNamespace}`,
  logLevel: ({ logLevel }) => among(logLevel, logLevels, `invalid logging level: ${logLevel}`),
  logFormat: ({ logFormat }) => among(logFormat, ["text", "json"], `invalid log format: ${logFormat}`),
  minApiVersion: ({ minApiVersion }) => checkApiVersion(minApiVersion),
  labels: ({ labels }) => labelConflict(labels),
  dns: ({ dns }) => firstBad(dns, isAddress, (value) => `IP address is not correctly formatted: ${value}`),
  dnsSearch: ({ dnsSearch }) =>
    firstBad(dnsSearch, (domain) => domain === "." || /^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,251}[A-Za-z0-9_.])?$/.test(domain),
      (value) => `invalid domain: ${value}`),
  hostGatewayIps: ({ hostGatewayIps }) =>
    firstBad(hostGatewayIps, isAddress, (value) => `IP address is not correctly formatted: ${value}`),
  ip: ({ ip }) => badAddress(ip),
  bip: ({ bip }) => badPrefix(bip, 4),
  bip6: ({ bip6 }) => badPrefix(bip6, 6),
  fixedCidr: ({ fixedCidr }) => badPrefix(fixedCidr, 4),
  fixedCidrV6: ({ fixedCidrV6 }) => badPrefix(fixedCidrV6, 6),
  defaultGateway: ({ defaultGateway }) => badAddress(defaultGateway),
  defaultGatewayV6: ({ defaultGatewayV6 }) => badAddress(defaultGatewayV6),
  bridge: ({ bip, bridge }) =>
    bridge !== undefined && bridge !== "" && bip !== undefined
      ? "You specified -b & --bip, mutually exclusive options. Please specify only one"
      : undefined,
  firewallBackend: ({ firewallBackend }) =>
    among(firewallBackend, ["iptables", "nftables"], `invalid firewall-backend "${firewallBackend}"`),
  mtu: ({ mtu }) => notBelow(0, mtu, "invalid default MTU"),
  maxConcurrentDownloads: (user) => notBelow(0, user.maxConcurrentDownloads, "invalid max concurrent downloads"),
  maxConcurrentUploads: (user) => notBelow(0, user.maxConcurrentUploads, "invalid max concurrent uploads"),
  maxDownloadAttempts: (user) => notBelow(1, user.maxDownloadAttempts, "invalid max download attempts"),
  defaultStopTimeoutSeconds: (user) => notBelow(-1, user.defaultStopTimeoutSeconds, "invalid default stop timeout"),
  shutdownTimeoutSeconds: (user) => notBelow(-1, user.shutdownTimeoutSeconds, "invalid shutdown timeout"),
  defaultShmSizeBytes: (user) => notBelow(1, user.defaultShmSizeBytes, "invalid default shm size"),
  defaultIpcMode: ({ defaultIpcMode: mode }) =>
    among(mode, ["private", "shareable"],
      `IPC mode "${mode}" is not supported as default value; use "shareable" or "private"`),
  defaultCgroupnsMode: ({ defaultCgroupnsMode: mode }) =>
    among(mode, ["private", "host"], `invalid default cgroup namespace (${mode}): use "host" or "private"`),
  execOpts: ({ execOpts }) =>
    firstBad(execOpts, (option) => /^[^=]+=./.test(option), (option) =>
      `invalid exec-opt (${option}): must be formatted 'opt=value'`)
      ?? firstBad(execOpts, (option) => /^native\.cgroupdriver=(cgroupfs|systemd)$/.test(option), (option) =>
        `invalid exec-opt (${option}): only native.cgroupdriver=cgroupfs and native.cgroupdriver=systemd are known`),
  registryMirrors: ({ registryMirrors }) => checkRegistries.mirrors(registryMirrors),
  insecureRegistries: ({ insecureRegistries }) => checkRegistries.insecure(insecureRegistries)
}

/** Refuses values that can't be, in Docker's words; touches nothing outside. */
export const checkConfig = (user: UserConfig): Result.Result<UserConfig, ConfigRejected> => {
  for (const [name, check] of Object.entries(checks)) {
    const message = check(user)
    if (message !== undefined) {
      const keys = Object.entries(settings).flatMap(([known, { key }]) => known === name ? [key] : [])
      return Result.fail(new ConfigRejected({ message, keys }))
    }
  }
  return Result.succeed(user)
}
