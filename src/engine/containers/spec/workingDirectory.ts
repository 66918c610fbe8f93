import { cleanPath, isBelow } from "./paths.ts"

/**
 * Why a working directory is refused. Below `/proc` a leaked descriptor of the runtime could be entered, and with it the
 * host's file system (CVE-2024-21626). Links that lead there are the caller's to resolve: pass the resolved path too.
 */
export const refuseWorkingDirectory = (path: string): string | undefined => {
  if (path === "") return undefined
  if (!path.startsWith("/")) return `the working directory '${path}' is invalid, it needs to be an absolute path`
  return isBelow("/proc", cleanPath(path))
    ? `the working directory '${path}' is invalid, it must not be in /proc`
    : undefined
}
