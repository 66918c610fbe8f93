import type { RegistryHost } from "../../containerd/registryHosts.ts"
import type { RegistryAuth, RegistrySettings } from "./Images.ts"

const hub = "registry-1.docker.io"

/** Where a domain's images are asked for. */
export const registryHost = (domain: string): string => domain === "docker.io" ? hub : domain

/** Whether a registry is this machine's own, which nobody listens in on: it is spoken to without TLS. */
export const isLoopback = (domain: string): boolean => {
  const host = withoutPort(domain)
  return host === "localhost" || inRange(host, "127.0.0.0/8") || host === "[::1]"
}

/** Where else to ask than at the registry with a valid certificate: mirrors of Docker Hub, and what is listed as insecure. */
export const otherHosts = (domain: string, settings: RegistrySettings): ReadonlyArray<RegistryHost> => {
  if (domain === "docker.io") {
    return settings.mirrors.map((url) => ({ url, skipVerify: isInsecure(url.replace(/^\w+:\/\//, "").replace(/\/.*$/, ""), settings) }))
  }
  if (isLoopback(domain) || !isInsecure(domain, settings)) return []
  return [{ url: `https://${domain}`, skipVerify: true }, { url: `http://${domain}`, skipVerify: false }]
}

/** By name or by literal address; what a name resolves to makes no registry insecure. */
const isInsecure = (domain: string, { insecure }: RegistrySettings): boolean =>
  insecure.some((each) => each === domain || each === withoutPort(domain) || inRange(withoutPort(domain), each))

/** The credentials, for nobody but the registry they are meant for. */
export const credentialsFor = (domain: string, auth: RegistryAuth | undefined) => (host: string) => {
  if (auth === undefined || host !== registryHost(domain)) return undefined
  if (auth.identityToken !== "") return { username: "", secret: auth.identityToken, refresh: true }
  return auth.username === "" ? undefined : { username: auth.username, secret: auth.password, refresh: false }
}

const withoutPort = (domain: string) => domain.replace(/:\d+$/, "")

const inRange = (host: string, range: string): boolean => {
  const [base = "", bits = "32"] = range.split("/")
  const [address, first] = [addressOf(host), addressOf(base)]
  if (address === undefined || first === undefined || !/^\d+$/.test(bits) || Number(bits) > 32) return false
  const below = 2 ** (32 - Number(bits))
  return Math.floor(address / below) === Math.floor(first / below)
}

const addressOf = (text: string): number | undefined => {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return parts === undefined || parts.some((part) => part > 255)
    ? undefined
    : parts.reduce((address, part) => address * 256 + part, 0)
}
