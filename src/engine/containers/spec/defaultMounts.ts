import type { OciMount } from "./OciSpec.ts"
import type { SpecInput } from "./SpecInput.ts"

/** What every container has mounted, before its own mounts. `/dev` is always a fresh tmpfs, whatever the image has. */
export const defaultMounts = (
  { record: { hostConfig }, shmSource }: SpecInput,
  writableCgroups: boolean
): ReadonlyArray<OciMount> => [
  { destination: "/proc", type: "proc", source: "proc", options: ["nosuid", "noexec", "nodev"] },
  {
    destination: "/dev",
    type: "tmpfs",
    source: "tmpfs",
    options: ["nosuid", "strictatime", "mode=755", "size=65536k"]
  },
  {
    destination: "/dev/pts",
    type: "devpts",
    source: "devpts",
    options: ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=0620", "gid=5"]
  },
  {
    destination: "/sys",
    type: "sysfs",
    source: "sysfs",
    options: ["nosuid", "noexec", "nodev", hostConfig.Privileged ? "rw" : "ro"]
  },
  {
    destination: "/sys/fs/cgroup",
    type: "cgroup",
    source: "cgroup",
    options: ["nosuid", "noexec", "nodev", writableCgroups ? "rw" : "ro"]
  },
  { destination: "/dev/mqueue", type: "mqueue", source: "mqueue", options: ["nosuid", "noexec", "nodev"] },
  ...shm(hostConfig.IpcMode, hostConfig.ShmSize, shmSource)
]

/** A private IPC namespace has a `/dev/shm` of its own, a shared one a directory that outlives single containers. */
const shm = (ipcMode: string, bytes: number, source: string | undefined): ReadonlyArray<OciMount> => {
  const destination = "/dev/shm"
  if (ipcMode === "none") return []
  if (ipcMode === "host") return [{ destination, type: "bind", source: "/dev/shm", options: ["rbind", "rprivate"] }]
  if (source !== undefined) return [{ destination, type: "bind", source, options: ["rbind", "rprivate"] }]
  return [{
    destination,
    type: "tmpfs",
    source: "shm",
    options: ["nosuid", "noexec", "nodev", "mode=1777", `size=${bytes}`]
  }]
}
