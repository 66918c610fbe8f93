type Info = Readonly<Record<string, unknown>>

const without = (...names: ReadonlyArray<string>) => (info: Info): Info =>
  Object.fromEntries(Object.entries(info).filter(([name]) => !names.includes(name)))

const isObject = (value: unknown): value is Info => typeof value === "object" && value !== null

const inField = (name: string, change: (value: Info) => Info) => (info: Info): Info => {
  const value = info[name]
  return isObject(value) ? { ...info, [name]: change(value) } : info
}

const eachRuntime = (change: (runtime: Info) => Info) =>
  inField("Runtimes", (runtimes) =>
    Object.fromEntries(Object.entries(runtimes).map(([name, runtime]) => [name, isObject(runtime) ? change(runtime) : runtime])))

const expected = (commit: Info): Info => ({ ...commit, Expected: commit.ID })

/** What clients below a version see of `/info`, from the newest shape on. */
export const infoShapes: ReadonlyArray<{ readonly below: number; readonly adapt: (info: Info) => Info }> = [
  { below: 53, adapt: without("NRI") },
  { below: 50, adapt: without("DiscoveredDevices") },
  { below: 50, adapt: (info) => ({ ...info, BridgeNfIptables: false, BridgeNfIp6tables: false }) },
  { below: 49, adapt: without("FirewallBackend") },
  { below: 49, adapt: inField("ContainerdCommit", expected) },
  { below: 49, adapt: inField("RuncCommit", expected) },
  { below: 49, adapt: inField("InitCommit", expected) },
  {
    below: 47,
    adapt: inField("RegistryConfig", (registries) => ({
      AllowNondistributableArtifactsCIDRs: null, AllowNondistributableArtifactsHostnames: null, ...registries
    }))
  },
  { below: 46, adapt: without("Containerd") },
  { below: 44, adapt: eachRuntime(without("status")) }
]
