import { cleanPath, isBelow } from "./paths.ts"

/** Nodes that the runtime makes, masks with or writes through: mounted over, they turn its own acts against the host. */
const runtimeNodes = ["null", "zero", "full", "random", "urandom", "tty", "console", "ptmx", "fd", "stdin", "stdout", "stderr"]

/**
 * Why a mount's target is refused: over `/proc`, the roots of `/dev` and `/sys`, `/sys/kernel` and the runtime's own
 * nodes, masks and security labels can be stepped around (CVE-2019-16884, 2023-27561, 2025-31133, 2025-52565). Only a
 * privileged container, which has neither, may. Links in the root file system are the runtime's to refuse.
 */
export const refuseMountTarget = (target: string, privileged: boolean): string | undefined => {
  if (!target.startsWith("/")) return `invalid mount path: '${target}' mount path must be absolute`
  const path = cleanPath(target)
  if (path === "/") return "invalid specification: destination can't be '/'"
  const guarded = path === "/dev" || path === "/sys" || isBelow("/proc", path) || isBelow("/sys/kernel", path) ||
    isBelow("/dev/pts", path) || runtimeNodes.some((node) => isBelow(`/dev/${node}`, path))
  return guarded && !privileged ? `invalid mount path: '${target}' is not allowed in a container that is not privileged` : undefined
}
