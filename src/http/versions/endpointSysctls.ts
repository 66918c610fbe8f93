import { type Adaptation, hasEndpoints, zeroEndpoint } from "./CreateDraft.ts"

const option = "com.docker.network.endpoint.sysctls"
const ofInterface = /^(net\.[^.]+\.[^.]+)\.eth0\.(.+)$/

/** Sysctls of an interface named by its number: before 1.48 the only way, and meant for the first endpoint. */
export const endpointSysctls: Adaptation = (draft) => {
  const all = Object.entries(draft.hostConfig.Sysctls ?? {})
  const moved = all.flatMap(([name, value]) => {
    const match = ofInterface.exec(name)
    return match === null ? [] : [`${match[1]}.IFNAME.${match[2]}=${value}`]
  })
  const mode = draft.hostConfig.NetworkMode
  if (moved.length === 0 || !hasEndpoints(mode)) return draft
  const main = draft.endpoints[mode] ?? zeroEndpoint
  const sysctls = [...moved, ...(main.DriverOpts?.[option] === undefined ? [] : [main.DriverOpts[option]])].join(",")
  return {
    ...draft,
    hostConfig: { ...draft.hostConfig, Sysctls: Object.fromEntries(all.filter(([name]) => !ofInterface.test(name))) },
    endpoints: { ...draft.endpoints, [mode]: { ...main, DriverOpts: { ...main.DriverOpts, [option]: sysctls } } },
    warnings: [...draft.warnings, `Migrated ${moved.join(", ")} to the endpoint driver option ${option}.`]
  }
}

/** From 1.48 on they have to be said where they belong. */
export const sysctlsRefused: Adaptation = (draft) => {
  const name = Object.keys(draft.hostConfig.Sysctls ?? {}).find((name) => ofInterface.test(name))
  return name === undefined
    ? draft
    : `interface specific sysctl setting ${JSON.stringify(name)} must be supplied using driver option '${option}'`
}
