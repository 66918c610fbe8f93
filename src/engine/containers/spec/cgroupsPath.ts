import { cleanPath } from "./paths.ts"

/**
 * Where a container's processes are accounted, as the runtime wants it written. `parent` is `HostConfig.CgroupParent`
 * or else the daemon's; empty is ours: `/gantry`, or `system.slice` under systemd.
 */
export const cgroupsPath = (id: string, parent: string, driver: "cgroupfs" | "systemd"): string =>
  driver === "systemd"
    ? `${parent === "" ? "system.slice" : parent}:gantry:${id}`
    : cleanPath(`${parent === "" ? "/gantry" : parent}/${id}`)
