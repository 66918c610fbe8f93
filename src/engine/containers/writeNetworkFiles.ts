import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Option from "effect/Option"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"
import type { EndpointState } from "../../model/EndpointSettings.ts"
import { Networks } from "../../network/Networks.ts"
import { type HostNameFiles, readHostNameFiles } from "../../network/readHostNameFiles.ts"
import { renderHostname } from "../../network/renderHostname.ts"
import { renderHostNetworkHosts, renderHosts } from "../../network/renderHosts.ts"
import { renderBridgeResolvConf, renderHostResolvConf } from "../../network/renderResolvConf.ts"
import { containerDirectory, EngineHome } from "../EngineHome.ts"
import { networkMode } from "./networkMode.ts"

/** The files that are mounted over a container's own, by their paths on the host. */
export const networkFiles = (home: EngineHome["Service"], id: string) => ({
  hostname: `${containerDirectory(home, id)}/hostname`,
  hosts: `${containerDirectory(home, id)}/hosts`,
  resolvConf: `${containerDirectory(home, id)}/resolv.conf`
})

/** Writes a container's `/etc/hosts`, `/etc/hostname` and `/etc/resolv.conf` for the run that begins. */
export const writeNetworkFiles = Effect.fnUntraced(function*(
  record: ContainerRecord,
  endpoints: Readonly<Record<string, EndpointState>>,
  dnsServers: ReadonlyArray<string>
) {
  const fs = yield* FileSystem.FileSystem
  const paths = networkFiles(yield* EngineHome, record.id)
  const host = yield* readHostNameFiles
  const hostGateway = yield* hostGatewayAddress
  yield* Effect.all([
    fs.writeFileString(paths.hostname, renderHostname(record.config.Hostname)),
    fs.writeFileString(paths.hosts, hosts(record, endpoints, host, hostGateway)),
    fs.writeFileString(paths.resolvConf, resolvConf(record, host, yield* CurrentConfig, dnsServers))
  ], { concurrency: "unbounded", discard: true })
})

/** What `host-gateway` stands for. */
const hostGatewayAddress = Effect.gen(function*() {
  const { user } = yield* CurrentConfig
  const bridge = Option.fromNullishOr((yield* Networks).all.find((network) => network.name === "bridge")?.ipam[0]?.gateway)
  return Option.orElse(Option.fromNullishOr(user.hostGatewayIps[0]), () => bridge)
})

const hosts = (
  { config, hostConfig }: ContainerRecord,
  endpoints: Readonly<Record<string, EndpointState>>,
  host: HostNameFiles,
  hostGateway: Option.Option<string>
): string => {
  const file = { extraHosts: hostConfig.ExtraHosts ?? [], hostGateway, ipv6Loopback: true }
  return networkMode(hostConfig).kind === "host"
    ? renderHostNetworkHosts(host.hosts, file)
    : renderHosts({
      ...file,
      hostname: config.Hostname,
      domainname: config.Domainname,
      addresses: Object.values(endpoints).map((endpoint) => endpoint.IPAddress).filter((address) => address !== "")
    })
}

const resolvConf = (
  { hostConfig }: ContainerRecord,
  host: HostNameFiles,
  { user }: CurrentConfig["Service"],
  dnsServers: ReadonlyArray<string>
): string => {
  const pick = (asked: ReadonlyArray<string> | null, configured: ReadonlyArray<string>) =>
    asked !== null && asked.length > 0 ? asked : configured
  const settings = {
    servers: pick(hostConfig.Dns, user.dns.length > 0 ? user.dns : dnsServers),
    search: pick(hostConfig.DnsSearch, user.dnsSearch),
    options: pick(hostConfig.DnsOptions, user.dnsOpts)
  }
  switch (networkMode(hostConfig).kind) {
    case "host": return renderHostResolvConf(host.ownResolvConf, settings)
    case "none": return renderHostResolvConf(host.resolvConf, settings)
    default: return renderBridgeResolvConf(host.resolvConf, settings)
  }
}
