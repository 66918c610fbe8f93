/** The newest version of Docker's API that the engine speaks, and the oldest that `min-api-version` may name. */
export const apiVersions = { newest: "1.55", oldest: "1.24" } as const

const minor = (version: string): number | undefined => {
  const [, digits] = /^1\.(\d{1,4})$/.exec(version) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Why `version` can't be the minimum; nothing if it can. */
export const checkApiVersion = (version: string): string | undefined => {
  if (version.startsWith("v")) return `API version must be provided without "v" prefix`
  if (!/^\d+(\.\d+)+$/.test(version)) return `invalid API version: ${version}`
  const [major = "0"] = version.split(".")
  const asked = minor(version) ?? (Number(major) > 1 ? Number.POSITIVE_INFINITY : -1)
  if (asked < (minor(apiVersions.oldest) ?? 0)) return `minimum supported API version is ${apiVersions.oldest}: ${version}`
  if (asked > (minor(apiVersions.newest) ?? 0)) return `maximum supported API version is ${apiVersions.newest}: ${version}`
  return undefined
}
