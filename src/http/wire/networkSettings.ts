import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { EndpointSettings, EndpointState } from "../../model/EndpointSettings.ts"
import type { PortBinding } from "../../model/HostConfig.ts"
import { zeroEndpoint } from "../versions/CreateDraft.ts"

const zeroState: EndpointState = {
  NetworkID: "", EndpointID: "", Gateway: "", IPAddress: "", IPPrefixLen: 0, IPv6Gateway: "", GlobalIPv6Address: "",
  GlobalIPv6PrefixLen: 0, MacAddress: "", DNSNames: null
}

/** One endpoint as inspect and list show it, keys in Docker's order. */
export interface EndpointJson extends EndpointSettings, EndpointState {}

/** Endpoints by network name: those asked for, and those that are. */
export const endpointsOf = ({ record, state }: ContainerView): Readonly<Record<string, EndpointJson>> => {
  const mode = record.hostConfig.NetworkMode
  const main = mode === "" || mode.startsWith("container:") ? [] : [mode]
  const networks = new Set([...main, ...Object.keys(record.endpoints), ...Object.keys(state.endpoints)])
  return Object.fromEntries(
    [...networks].sort().map((network) => [network, endpoint(record.endpoints[network], state.endpoints[network])])
  )
}

const endpoint = (asked: EndpointSettings = zeroEndpoint, now: EndpointState = zeroState): EndpointJson => ({
  IPAMConfig: asked.IPAMConfig,
  Links: asked.Links,
  Aliases: asked.Aliases,
  MacAddress: now.MacAddress === "" ? asked.MacAddress : now.MacAddress,
  DriverOpts: asked.DriverOpts,
  GwPriority: asked.GwPriority,
  NetworkID: now.NetworkID,
  EndpointID: now.EndpointID,
  Gateway: now.Gateway,
  IPAddress: now.IPAddress,
  IPPrefixLen: now.IPPrefixLen,
  IPv6Gateway: now.IPv6Gateway,
  GlobalIPv6Address: now.GlobalIPv6Address,
  GlobalIPv6PrefixLen: now.GlobalIPv6PrefixLen,
  DNSNames: now.DNSNames
})

/** Ports by name such as `80/tcp`; `null` is exposed, but not published. Empty unless the container runs. */
export const portsOf = ({ record, state }: ContainerView): Readonly<Record<string, ReadonlyArray<PortBinding> | null>> => {
  if (state.status !== "running" && state.status !== "paused") return {}
  const ports: Record<string, ReadonlyArray<PortBinding> | null> = {}
  for (const port of Object.keys(record.config.ExposedPorts ?? {})) ports[port] = null
  for (const [port, bindings] of Object.entries(record.hostConfig.PortBindings ?? {})) {
    const published = (bindings ?? []).filter((binding) => binding.HostPort !== "")
    ports[port] = published.length === 0
      ? null
      : published.map(({ HostIp, HostPort }) => ({ HostIp: HostIp === "" ? "0.0.0.0" : HostIp, HostPort }))
  }
  return ports
}
