import * as Result from "effect/Result"
import { compareVersions, formatVersion, newest } from "./ApiVersion.ts"
import { BadRequest, UnsupportedVersion } from "./RequestFailures.ts"

export interface Target {
  /** As `ApiVersion`. */
  readonly version: number
  /** Decoded; without the version prefix. */
  readonly segments: ReadonlyArray<string>
  /** Not decoded; without the question mark. */
  readonly query: string
}

const firstWithJsonErrors = "1.24"
const prefix = /^\/v([0-9.]+)(?=\/|$)/
const notClean = /\/\.{0,2}(?=\/)|\/\.{1,2}$/

/** Takes a request's URL apart. `oldest` is the oldest version that the configuration allows: `1.24`. */
export const readTarget = (url: string, oldest: string): Result.Result<Target, BadRequest | UnsupportedVersion> => {
  const at = url.indexOf("?")
  const query = at < 0 ? "" : url.slice(at + 1)
  const whole = at < 0 ? url : url.slice(0, at)
  const path = notClean.test(whole) ? clean(whole) : whole
  const match = prefix.exec(path)
  if (match === null) return segmentsOf(path, newest, query)
  const asked = match[1] ?? ""
  if (compareVersions(asked, oldest) < 0) return Result.fail(tooOld(asked, oldest))
  if (compareVersions(asked, formatVersion(newest)) > 0) return Result.fail(tooNew(asked))
  return segmentsOf(path.slice(match[0].length), Number(asked.split(".")[1]), query)
}

const tooOld = (asked: string, oldest: string) =>
  new UnsupportedVersion({
    message: `client version ${asked} is too old. Minimum supported API version is ${oldest}, ` +
      "please upgrade your client to a newer version",
    plain: compareVersions(asked, firstWithJsonErrors) < 0
  })

const tooNew = (asked: string) =>
  new UnsupportedVersion({
    message: `client version ${asked} is too new. Maximum supported API version is ${formatVersion(newest)}`,
    plain: false
  })

const segmentsOf = (path: string, version: number, query: string): Result.Result<Target, BadRequest> => {
  const segments = path.split("/").slice(1)
  if (!path.includes("%")) return Result.succeed({ version, segments, query })
  return Result.try({
    try: () => ({ version, segments: segments.map(decodeURIComponent), query }),
    catch: () => new BadRequest({ message: "invalid URL escape in path" })
  })
}

/** Resolves `.`, `..` and empty segments once, before anything looks at the path. */
const clean = (path: string): string => {
  const kept: Array<string> = []
  const segments = path.split("/").slice(1)
  for (const segment of segments) {
    if (segment === "..") kept.pop()
    else if (segment !== "." && segment !== "") kept.push(segment)
  }
  return `/${kept.join("/")}${segments.at(-1) === "" ? "/" : ""}`
}
