/** What the container asks for: empty lists take what the host has. */
export interface ResolverSettings {
  /** `--dns`. */
  readonly servers: ReadonlyArray<string>
  /** `--dns-search`; one single `.` asks for no search list at all. */
  readonly search: ReadonlyArray<string>
  /** `--dns-option`. */
  readonly options: ReadonlyArray<string>
}

/**
 * `/etc/resolv.conf` of a container on the default bridge. Resolvers on the host's loopback can't be reached from there
 * and are left out; if none remain, Docker takes Google's, and so do we. A container without IPv6 gets no IPv6 ones.
 */
export const renderBridgeResolvConf = (hostFile: string, settings: ResolverSettings): string => {
  const host = parseResolvConf(hostFile)
  const reachable = host.servers.filter((server) => !isLoopback(server) && !server.includes(":"))
  return render({ ...host, servers: reachable.length > 0 ? reachable : fallbackServers }, settings)
}

/** `/etc/resolv.conf` in modes `host` and `none`, where the host's resolvers are taken as they are. */
export const renderHostResolvConf = (hostFile: string, settings: ResolverSettings): string =>
  settings.servers.length + settings.search.length + settings.options.length === 0
    ? hostFile
    : render(parseResolvConf(hostFile), settings)

/**
 * Which file holds the host's resolvers: systemd-resolved puts only its own stub into `/etc/resolv.conf`, and the real
 * ones elsewhere.
 */
export const resolvConfPath = (etcResolvConf: string): string => {
  const { servers } = parseResolvConf(etcResolvConf)
  return servers.length === 1 && servers[0] === "127.0.0.53" ? "/run/systemd/resolve/resolv.conf" : "/etc/resolv.conf"
}

interface ResolvConf extends ResolverSettings {
  /** Lines of other kinds, such as `sortlist`. */
  readonly others: ReadonlyArray<string>
}

/** The last `search` or `domain` counts, options add up: resolv.conf(5). */
const parseResolvConf = (text: string): ResolvConf => {
  const lines = text.split("\n").map((line) => line.trim()).filter((line) => line !== "" && !/^[#;]/.test(line))
  const valuesOf = (keywords: ReadonlyArray<string>) =>
    lines.map((line) => line.split(/\s+/)).filter(([keyword = ""]) => keywords.includes(keyword))
      .map(([, ...values]) => values)
  return {
    servers: valuesOf(["nameserver"]).flatMap((values) => values.slice(0, 1)),
    search: valuesOf(["search", "domain"]).at(-1) ?? [],
    options: valuesOf(["options"]).flat(),
    others: lines.filter((line) => !/^(nameserver|search|domain|options)\s/.test(line))
  }
}

const render = (host: ResolvConf, settings: ResolverSettings): string => {
  const servers = settings.servers.length > 0 ? settings.servers : host.servers
  const asked = settings.search.length > 0 ? settings.search : host.search
  const search = asked.length === 1 && asked[0] === "." ? [] : asked
  const options = settings.options.length > 0 ? settings.options : host.options
  return [
    ...servers.map((server) => `nameserver ${server}`),
    ...search.length > 0 ? [`search ${search.join(" ")}`] : [],
    ...options.length > 0 ? [`options ${options.join(" ")}`] : [],
    ...host.others
  ].map((line) => `${line}\n`).join("")
}

const isLoopback = (server: string): boolean => server.startsWith("127.") || server === "::1"

const fallbackServers = ["8.8.8.8", "8.8.4.4"]
