import * as Context from "effect/Context"

/**
 * The version of Docker's API that a request speaks, as the number after `1.`: 44 is API 1.44. A request without a
 * prefix speaks the newest.
 */
export class ApiVersion extends Context.Service<ApiVersion, number>()("gantry/http/ApiVersion") {}

export const newest = 55

/** The Docker release whose API this is; tools parse it as a version. */
export const dockerRelease = "29.7.2"

export const formatVersion = (version: number): string => `1.${version}`

/** Compares `1.9` and `1.24` by number, part for part. A part that is absent or empty counts as 0. */
export const compareVersions = (left: string, right: string): number => {
  const [a, b] = [left.split("."), right.split(".")]
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const difference = Number(a[index] ?? 0) - Number(b[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}
