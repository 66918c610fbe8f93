import type { HostConfig, MountRequest } from "../../model/HostConfig.ts"
import { omitEmpty } from "./omitEmpty.ts"

const omitted = new Set(["Annotations", "StorageOpt", "Tmpfs", "Sysctls", "Runtime", "Mounts"])
const omittedOfMount = new Set([
  "Type", "Source", "Target", "ReadOnly", "Consistency", "BindOptions", "VolumeOptions", "TmpfsOptions"
])
const omittedOfOptions = new Set([
  "Propagation", "NonRecursive", "CreateMountpoint", "ReadOnlyNonRecursive", "ReadOnlyForceRecursive", "NoCopy", "Labels",
  "Subpath", "DriverConfig", "SizeBytes", "Mode", "Options"
])

/** `HostConfig` as inspect shows it. `Init` is absent when unset, though `false` is shown. */
export const hostConfigJson = ({ Init, ...host }: HostConfig): object => ({
  ...omitEmpty({ ...host, Mounts: host.Mounts?.map(mountJson) ?? null }, omitted),
  ...(Init === null ? {} : { Init })
})

const mountJson = (mount: MountRequest): object =>
  omitEmpty({
    ...mount,
    BindOptions: optionsJson(mount.BindOptions),
    VolumeOptions: optionsJson(mount.VolumeOptions),
    TmpfsOptions: optionsJson(mount.TmpfsOptions)
  }, omittedOfMount)

const optionsJson = (options: object | null): object | null =>
  options === null ? null : omitEmpty(options, omittedOfOptions)
