import * as Result from "effect/Result"
import * as Schema from "effect/Schema"

/** The text is no image name. `message` is Docker's. */
export class InvalidImageReference extends Schema.TaggedError<InvalidImageReference>()("InvalidImageReference", {
  message: Schema.String
}) {}

/** A name of an image, taken apart. Without tag and digest it stands for the repository. */
export interface ImageReference {
  /** `docker.io`, `127.0.0.1:5000` */
  readonly domain: string
  /** `library/busybox` */
  readonly path: string
  readonly tag: string | undefined
  /** `sha256:…` */
  readonly digest: string | undefined
}

const nameCharactersMax = 255
const hubDomain = "docker.io"
const oldHubDomain = "index.docker.io"
const hubNamespace = "library/"

const hexId = /^[a-f0-9]{64}$/
const digestPattern = /^sha256:[a-f0-9]{64}$/
const tagPattern = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/
const component = "[a-z0-9]+(?:(?:[._]|__|-+)[a-z0-9]+)*"
const pathPattern = new RegExp(`^${component}(?:/${component})*$`)
const label = "(?:[A-Za-z0-9]|[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9])"
const domainPattern = new RegExp(`^(?:${label}(?:\\.${label})*|\\[[a-fA-F0-9:]+\\])(?::[0-9]+)?$`)

/** True for what names content: `sha256:` and 64 hexadecimal digits. */
export const isDigest = (text: string): boolean => digestPattern.test(text)

export const isTag = (text: string): boolean => tagPattern.test(text)

/** Reads a familiar or canonical name: `busybox`, `docker.io/library/busybox:1`, `localhost:5000/a/b@sha256:…`. */
export const parse = (text: string): Result.Result<ImageReference, InvalidImageReference> => {
  if (hexId.test(text)) {
    return fail(`invalid repository name (${text}), cannot specify 64-byte hexadecimal strings`)
  }
  const [undigested, digest] = splitAt(text, text.indexOf("@"))
  const { domain, rest } = splitDomain(undigested)
  const [path, tag] = splitAt(rest, rest.indexOf(":"))
  if (path.toLowerCase() !== path) return fail(`invalid reference format: repository name (${path}) must be lowercase`)
  const valid = pathPattern.test(path) && domainPattern.test(domain) &&
    (tag === undefined || isTag(tag)) && (digest === undefined || isDigest(digest))
  if (!valid) return fail("invalid reference format")
  if (domain.length + 1 + path.length > nameCharactersMax) {
    return fail(`repository name must not be more than ${nameCharactersMax} characters`)
  }
  return Result.succeed({ domain, path, tag, digest })
}

/** With the tag `latest` when it has neither tag nor digest. */
export const withDefaultTag = (reference: ImageReference): ImageReference =>
  reference.tag === undefined && reference.digest === undefined ? { ...reference, tag: "latest" } : reference

/** `docker.io/library/busybox` */
export const canonicalName = ({ domain, path }: ImageReference): string => `${domain}/${path}`

/** As canonical, and as the name under which containerd keeps it: `docker.io/library/busybox:latest`. */
export const canonical = (reference: ImageReference): string => canonicalName(reference) + suffixOf(reference)

/** `busybox` for `docker.io/library/busybox`. */
export const familiarName = ({ domain, path }: ImageReference): string => {
  if (domain !== hubDomain) return `${domain}/${path}`
  const short = path.startsWith(hubNamespace) ? path.slice(hubNamespace.length) : path
  // `library/a/b` has to keep its first part.
  return short.includes("/") ? path : short
}

/** As people write it: `busybox:latest`. */
export const familiar = (reference: ImageReference): string => familiarName(reference) + suffixOf(reference)

const suffixOf = ({ digest, tag }: ImageReference): string =>
  (tag === undefined ? "" : `:${tag}`) + (digest === undefined ? "" : `@${digest}`)

const splitDomain = (name: string): { readonly domain: string; readonly rest: string } => {
  const slash = name.indexOf("/")
  const first = slash < 0 ? "" : name.slice(0, slash)
  const isDomain = /[.:]/.test(first) || first === "localhost" || first.toLowerCase() !== first
  const domain = !isDomain || first === oldHubDomain ? hubDomain : first
  const rest = isDomain ? name.slice(slash + 1) : name
  return { domain, rest: domain === hubDomain && !rest.includes("/") ? hubNamespace + rest : rest }
}

const splitAt = (text: string, index: number): readonly [string, string | undefined] =>
  index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)]

const fail = (message: string) => Result.fail(new InvalidImageReference({ message }))
