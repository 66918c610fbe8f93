import type { ContainerConfig } from "../../../model/ContainerConfig.ts"
import type { HostConfig } from "../../../model/HostConfig.ts"
import { joinedContainer } from "./namespaceModes.ts"
import { isPort } from "./validateContainerConfig.ts"

/** What cannot go together with a network that a container shares. */
export function* refuseNetworkMode(config: ContainerConfig, hostConfig: HostConfig): Iterable<string | undefined> {
  const some = (list: ReadonlyArray<unknown> | null) => (list ?? []).length > 0
  const joined = joinedContainer(hostConfig.NetworkMode)
  if (joined !== undefined) {
    if (joined === "") yield "invalid network mode: invalid container format container:<name|id>"
    if (config.Hostname !== "") yield "conflicting options: hostname and the network mode"
    if (some(hostConfig.Links)) {
      yield "conflicting options: container type network can't be used with links. This would result in undefined behavior"
    }
    if (some(hostConfig.Dns)) yield "conflicting options: dns and the network mode"
    if (some(hostConfig.ExtraHosts)) yield "conflicting options: custom host-to-IP mapping and the network mode"
    if (some(Object.keys(hostConfig.PortBindings ?? {})) || hostConfig.PublishAllPorts) {
      yield "conflicting options: port publishing and the container type network mode"
    }
    if (some(Object.keys(config.ExposedPorts ?? {}))) yield "conflicting options: port exposing and the container type network mode"
  }
  if (hostConfig.UTSMode === "host" && config.Hostname !== "") yield "conflicting options: hostname and the UTS mode"
  if (hostConfig.NetworkMode === "host" && some(hostConfig.Links)) {
    yield "conflicting options: host type networking can't be used with links. This would result in undefined behavior"
  }
}

/** Published ports and hosts entries that are not well formed. */
export function* refuseAddresses(hostConfig: HostConfig): Iterable<string | undefined> {
  for (const entry of hostConfig.ExtraHosts ?? []) {
    const colon = entry.indexOf(":")
    const address = entry.slice(colon + 1)
    if (colon <= 0) yield `bad format for add-host: ${JSON.stringify(entry)}`
    else if (address !== "host-gateway" && !isAddress(address)) yield `invalid IP address in add-host: ${JSON.stringify(address)}`
  }
  for (const [port, bindings] of Object.entries(hostConfig.PortBindings ?? {})) {
    if (!isPort(port)) yield `invalid port specification: ${JSON.stringify(port)}`
    for (const { HostPort } of bindings ?? []) {
      const dynamic = HostPort === "" || HostPort === "0"
      if (!dynamic && (HostPort.includes("/") || !isPort(HostPort))) yield `invalid port specification: ${JSON.stringify(HostPort)}`
    }
  }
}

const isAddress = (text: string): boolean => {
  const parts = text.split(".")
  if (parts.length === 4) return parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)
  const inner = text.startsWith("[") && text.endsWith("]") ? text.slice(1, -1) : text
  return inner.includes(":") && URL.canParse(`http://[${inner}]/`)
}
