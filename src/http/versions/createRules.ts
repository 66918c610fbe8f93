import type { HostConfig, MountRequest } from "../../model/HostConfig.ts"
import type { Adaptation, Ruled } from "./CreateDraft.ts"
import {
  containerMacDeprecated, containerMacGone, containerMacOnly, macWithoutEffect, normalizeMacs
} from "./macAddresses.ts"
import { endpointSysctls, sysctlsRefused } from "./endpointSysctls.ts"

const host = (change: (host: HostConfig) => Partial<HostConfig>): Adaptation => (draft) => ({
  ...draft,
  hostConfig: { ...draft.hostConfig, ...change(draft.hostConfig) }
})

const mounts = (change: (mount: MountRequest) => MountRequest): Adaptation =>
  host((host) => ({ Mounts: host.Mounts?.map(change) ?? null }))

const refuseMount = (refusal: (mount: MountRequest) => string | undefined): Adaptation => (draft) =>
  draft.hostConfig.Mounts?.map(refusal).find((text) => text !== undefined) ?? draft

/** An unnamed network is the default bridge, and an endpoint that is keyed `default` is on it. */
const defaultNetwork: Adaptation = (draft) => {
  const named = draft.hostConfig.NetworkMode
  if (named !== "" && named !== "default") return draft
  const { default: unnamed, ...endpoints } = draft.endpoints
  return {
    ...draft,
    hostConfig: { ...draft.hostConfig, NetworkMode: "bridge" },
    endpoints: unnamed === undefined ? endpoints : { ...endpoints, bridge: unnamed }
  }
}

const oneEndpoint: Adaptation = (draft) => {
  const networks = Object.keys(draft.endpoints)
  return networks.length > 1
    ? `Container cannot be created with multiple network endpoints: ${networks.sort().join(", ")}`
    : draft
}

const withoutBindOption = (option: "NonRecursive" | "CreateMountpoint") =>
  mounts((mount) => mount.BindOptions === null ? mount : { ...mount, BindOptions: { ...mount.BindOptions, [option]: false } })

const dropMisplaced = mounts((mount) => ({
  ...mount,
  VolumeOptions: mount.Type === "volume" ? mount.VolumeOptions : null,
  TmpfsOptions: mount.Type === "tmpfs" ? mount.TmpfsOptions : null
}))

const misplaced = (mount: MountRequest): string | undefined => {
  const owners = { BindOptions: "bind", VolumeOptions: "volume", TmpfsOptions: "tmpfs" } as const
  for (const option of ["BindOptions", "VolumeOptions", "TmpfsOptions"] as const) {
    if (mount[option] !== null && mount.Type !== owners[option]) {
      return `${option} must not be specified on mount type ${JSON.stringify(mount.Type)}`
    }
  }
  return undefined
}

const nonRecursiveReadOnly = mounts((mount) =>
  mount.Type === "bind" && mount.ReadOnly
    ? { ...mount, BindOptions: { ...(mount.BindOptions ?? zeroBindOptions), ReadOnlyNonRecursive: true } }
    : mount)

const zeroBindOptions = {
  Propagation: "", NonRecursive: false, CreateMountpoint: false, ReadOnlyNonRecursive: false, ReadOnlyForceRecursive: false
}

const withoutStartInterval: Adaptation = (draft) =>
  draft.config.Healthcheck === null
    ? draft
    : { ...draft, config: { ...draft.config, Healthcheck: { ...draft.config.Healthcheck, StartInterval: 0 } } }

const withoutGwPriority: Adaptation = (draft) => ({
  ...draft,
  endpoints: Object.fromEntries(
    Object.entries(draft.endpoints).map(([network, endpoint]) => [network, { ...endpoint, GwPriority: 0 }])
  )
})

/** A port that is published without saying where gets one binding that leaves it open. */
const fillBindings = host((host) => ({
  PortBindings: host.PortBindings === null
    ? null
    : Object.fromEntries(
      Object.entries(host.PortBindings).map(([port, bindings]) => [
        port,
        (bindings ?? []).length === 0 ? [{ HostIp: "", HostPort: "" }] : bindings
      ])
    )
}))

const warnOfEmptyBindings: Adaptation = (draft) => {
  const ports = Object.entries(draft.hostConfig.PortBindings ?? {}).flatMap(([port, bindings]) =>
    (bindings ?? []).length === 0 ? [port] : [])
  if (ports.length === 0) return draft
  const warning = `Ports with an empty list of bindings are published on a free port of the host: ${ports.join(", ")}`
  return { ...draft, warnings: [...draft.warnings, warning] }
}

const noPidsLimit = host((host) => ({ PidsLimit: host.PidsLimit !== null && host.PidsLimit <= 0 ? null : host.PidsLimit }))

/** What of a create request means something else to clients of other versions than the newest. */
export const createRules: ReadonlyArray<Ruled> = [
  { adapt: defaultNetwork },
  { adapt: noPidsLimit },
  { below: 40, adapt: withoutBindOption("NonRecursive") },
  { below: 40, adapt: host((host) => ({ IpcMode: host.IpcMode === "" ? "shareable" : host.IpcMode })) },
  { below: 42, adapt: withoutBindOption("CreateMountpoint") },
  { below: 42, adapt: dropMisplaced },
  { below: 42, adapt: host(() => ({ ConsoleSize: [0, 0] })) },
  { from: 42, adapt: refuseMount(misplaced) },
  { below: 43, adapt: host(() => ({ Annotations: null })) },
  { below: 44, adapt: withoutStartInterval },
  { below: 44, adapt: nonRecursiveReadOnly },
  { below: 44, adapt: oneEndpoint },
  { below: 45, adapt: refuseMount((mount) => mount.VolumeOptions?.Subpath ? "VolumeOptions.Subpath needs API v1.45 or newer" : undefined) },
  { below: 48, adapt: withoutGwPriority },
  { below: 48, adapt: refuseMount((mount) => mount.Type === "image" ? "Mount type \"Image\" needs API v1.48 or newer" : undefined) },
  { below: 52, adapt: normalizeMacs },
  { from: 52, adapt: containerMacGone },
  { from: 52, adapt: normalizeMacs },
  { below: 44, adapt: containerMacOnly },
  { from: 44, below: 52, adapt: containerMacDeprecated },
  { adapt: macWithoutEffect },
  { below: 48, adapt: endpointSysctls },
  { from: 48, adapt: sysctlsRefused },
  { from: 52, adapt: warnOfEmptyBindings },
  { adapt: fillBindings }
]

