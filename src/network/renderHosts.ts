import * as Option from "effect/Option"

export interface HostsFile {
  readonly hostname: string
  readonly domainname: string
  /** The container's own addresses; empty in mode `none`. */
  readonly addresses: ReadonlyArray<string>
  /** `--add-host`: `name:address`, or `name:host-gateway`. */
  readonly extraHosts: ReadonlyArray<string>
  /** What `host-gateway` stands for: `host-gateway-ip` of the configuration, else the default bridge's gateway. */
  readonly hostGateway: Option.Option<string>
  /** Whether the loopback interface has `::1`. */
  readonly ipv6Loopback: boolean
}

/** A container's `/etc/hosts`, in Docker's order: loopback, what the user added, the container itself. */
export const renderHosts = (file: HostsFile): string => {
  const names = file.domainname === "" ? file.hostname : `${file.hostname}.${file.domainname} ${file.hostname}`
  const lines = [
    ...ipv4Loopback,
    ...file.ipv6Loopback ? ipv6Loopback : [],
    ...file.extraHosts.flatMap((entry) => extraHost(entry, file.hostGateway)),
    ...file.addresses.filter(() => file.hostname !== "").map((address) => `${address}\t${names}`)
  ]
  return lines.map((line) => `${line}\n`).join("")
}

/**
 * `/etc/hosts` in mode `host`: the host's own, unless the user adds names: then Docker starts from the plain one.
 */
export const renderHostNetworkHosts = (
  hostFile: string,
  file: Pick<HostsFile, "extraHosts" | "hostGateway" | "ipv6Loopback">
): string =>
  file.extraHosts.length === 0
    ? hostFile
    : renderHosts({ ...file, hostname: "", domainname: "", addresses: [] })

/** The name may not hold a colon, but an IPv6 address does. Without a gateway there is nothing to write. */
const extraHost = (entry: string, hostGateway: Option.Option<string>): ReadonlyArray<string> => {
  const [, name = "", address = ""] = /^([^:]*):(.*)$/.exec(entry) ?? []
  const resolved = address === "host-gateway" ? Option.getOrElse(hostGateway, () => "") : address.replace(/^\[(.*)\]$/, "$1")
  return name === "" || resolved === "" ? [] : [`${resolved}\t${name}`]
}

const ipv4Loopback = ["127.0.0.1\tlocalhost"]

const ipv6Loopback = [
  "::1\tlocalhost ip6-localhost ip6-loopback",
  "fe00::\tip6-localnet",
  "ff00::\tip6-mcastprefix",
  "ff02::1\tip6-allnodes",
  "ff02::2\tip6-allrouters"
]
