import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { parsePrefix } from "./addressPools.ts"

const parseUrl = (text: string) => Option.getOrUndefined(Result.getSuccess(Result.try(() => new URL(text))))

const badMirror = (mirror: string): string | undefined => {
  const url = parseUrl(mirror)
  if (url === undefined) return `invalid mirror: "${mirror}" is not a valid URI`
  if (url.protocol !== "http:" && url.protocol !== "https:") {
    return `invalid mirror: unsupported scheme "${url.protocol.slice(0, -1)}" in "${mirror}"`
  }
  if (url.username !== "" || url.password !== "") {
    return `invalid mirror: username/password not allowed in URI "${url.protocol}//xxxxx:xxxxx@${url.host}${url.pathname}"`
  }
  if (url.search !== "" || url.hash !== "") return `invalid mirror: query or fragment at end of the URI "${mirror}"`
  return undefined
}

/** A host, with a port perhaps, or a range of addresses. */
const badInsecure = (registry: string): string | undefined => {
  const host = registry.replace(/^https?:\/\//, "")
  if (host.includes("://")) return `insecure registry ${registry} should not contain '://'`
  if (host.includes("/") && parsePrefix(host) !== undefined) return undefined
  const [, name, port] = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)(?::(\d+))?$/.exec(host) ?? []
  if (name === undefined) return `insecure registry ${registry} is not valid: invalid host "${host}"`
  return port !== undefined && (Number(port) < 1 || Number(port) > 65535)
    ? `insecure registry ${registry} is not valid: invalid port "${port}"`
    : undefined
}

const first = (bad: (text: string) => string | undefined) => (texts: ReadonlyArray<string>) =>
  texts.flatMap((text) => bad(text) ?? []).at(0)

/** Why an entry of `registry-mirrors` or `insecure-registries` can't be; nothing if all can. */
export const checkRegistries = { mirrors: first(badMirror), insecure: first(badInsecure) }
