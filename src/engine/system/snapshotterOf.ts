import type { UserConfig } from "../../config/UserConfig.ts"

/** Docker's names for the snapshotters of containerd. */
const snapshotters: Readonly<Record<string, string>> = { overlay2: "overlayfs", overlay: "overlayfs", vfs: "native" }

/** containerd's name of the configured storage driver. */
export const snapshotterOf = ({ storageDriver = "overlay2" }: UserConfig): string => snapshotters[storageDriver] ?? storageDriver
