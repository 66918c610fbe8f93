import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Layer from "effect/Layer"
import * as os from "node:os"
import { type CgroupTree, readCgroupTree } from "./CgroupTree.ts"
import { type HostLimits, limitsOfVersion1, limitsOfVersion2 } from "./HostLimits.ts"
import { parseMountinfo } from "./mountinfo.ts"

/** What this machine is and can do, read once at start. */
export class HostFacts extends Context.Service<HostFacts, {
  /** As `uname -r`. */
  readonly kernelVersion: string
  /** `PRETTY_NAME` and `VERSION_ID` of os-release. */
  readonly osName: string
  readonly osVersion: string
  /** As `uname -m`: `x86_64`. */
  readonly machine: string
  /** Go's and OCI's name for the same: `amd64`. */
  readonly architecture: string
  readonly hostname: string
  readonly memoryBytes: number
  readonly cpus: number
  /** The CPUs and memory nodes that may be asked for, as `0-3,7`; empty where the kernel does not tell. */
  readonly cpuSet: string
  readonly memoryNodes: string
  readonly cgroups: CgroupTree
  /** What to use unless configured: systemd only where it runs a version 2 tree. */
  readonly cgroupDriver: "cgroupfs" | "systemd"
  readonly limits: HostLimits
  readonly cgroupNamespaces: boolean
  readonly seccomp: boolean
  readonly apparmor: boolean
  readonly ipv4Forwarding: boolean
  /** What the daemon can give a container at most: its own bounding set. Bit n is capability n. */
  readonly capabilities: bigint
  /** Which of the kernel parameters that we set by ourselves exist. */
  readonly sysctls: ReadonlySet<string>
  /** One for each CPU that counts its throttling: a side channel, masked in containers. */
  readonly thermalThrottlePaths: ReadonlyArray<string>
}>()("gantry/host/HostFacts") {
  static readonly layer = Layer.effect(this, Effect.suspend(() => readFacts))
}

const readFacts = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const read = (path: string) => Effect.map(Effect.orElseSucceed(fs.readFileString(path), () => ""), (text) => text.trim())
  const exists = (path: string) => Effect.orElseSucceed(fs.exists(path), () => false)

  const cgroups = yield* readCgroupTree(parseMountinfo(yield* read("/proc/self/mountinfo")))
  const release = parseOsRelease((yield* read("/etc/os-release")) || (yield* read("/usr/lib/os-release")))
  const sets = yield* readSets(cgroups)
  return HostFacts.of({
    kernelVersion: os.release(),
    osName: release.get("PRETTY_NAME") ?? "Linux",
    osVersion: release.get("VERSION_ID") ?? "",
    machine: os.machine(),
    architecture: goArchitectures[os.machine()] ?? os.machine(),
    hostname: os.hostname(),
    memoryBytes: os.totalmem(),
    cpus: os.availableParallelism(),
    ...sets,
    cgroups,
    cgroupDriver: cgroups.version === 2 && (yield* exists("/run/systemd/system")) ? "systemd" : "cgroupfs",
    limits: cgroups.version === 1
      ? yield* limitsOfVersion1(cgroups.mounts)
      : limitsOfVersion2(cgroups.controllers, yield* hasSwapLimit(yield* read("/proc/self/cgroup"))),
    cgroupNamespaces: yield* exists("/proc/self/ns/cgroup"),
    seccomp: yield* exists("/proc/sys/kernel/seccomp/actions_avail"),
    apparmor: (yield* exists("/sys/kernel/security/apparmor")) && (yield* read("/sys/module/apparmor/parameters/enabled")) === "Y",
    ipv4Forwarding: (yield* read("/proc/sys/net/ipv4/ip_forward")) === "1",
    capabilities: BigInt(`0x${/^CapBnd:\t([0-9a-f]+)$/m.exec(yield* read("/proc/self/status"))?.[1] ?? "0"}`),
    sysctls: new Set(yield* Effect.filter(ourSysctls, (name) => exists(`/proc/sys/${name.replaceAll(".", "/")}`))),
    thermalThrottlePaths: yield* thermalThrottlePaths
  })
})

const ourSysctls = ["net.ipv4.ip_unprivileged_port_start", "net.ipv4.ping_group_range"]

const goArchitectures: Readonly<Record<string, string>> = {
  aarch64: "arm64", armv6l: "arm", armv7l: "arm", i386: "386", i686: "386", loongarch64: "loong64",
  ppc64le: "ppc64le", riscv64: "riscv64", s390x: "s390x", x86_64: "amd64"
}

const parseOsRelease = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split("\n").flatMap((line) => {
    const [, name, value] = /^([A-Z_]+)=["']?(.*?)["']?$/.exec(line) ?? []
    return name === undefined || value === undefined ? [] : [[name, value] as const]
  }))

const readSets = Effect.fnUntraced(function*({ mounts, unified, version }: CgroupTree) {
  const fs = yield* FileSystem.FileSystem
  const read = (path: string) => Effect.map(Effect.orElseSucceed(fs.readFileString(path), () => ""), (text) => text.trim())
  const directory = version === 2 ? unified : mounts.get("cpuset")
  const suffix = version === 2 ? ".effective" : ""
  return directory === undefined ? { cpuSet: "", memoryNodes: "" } : {
    cpuSet: yield* read(`${directory}/cpuset.cpus${suffix}`),
    memoryNodes: yield* read(`${directory}/cpuset.mems${suffix}`)
  }
})

/** The root of a version 2 tree has no limits of its own, so our own group is asked, as the kernel may lack swap. */
const hasSwapLimit = Effect.fnUntraced(function*(own: string) {
  const fs = yield* FileSystem.FileSystem
  const path = /^0::(.*)$/m.exec(own)?.[1] ?? "/"
  if (path === "/") return yield* Effect.orElseSucceed(fs.exists("/proc/swaps"), () => false)
  return yield* Effect.orElseSucceed(fs.exists(`/sys/fs/cgroup${path}/memory.swap.max`), () => false)
})

const thermalThrottlePaths = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const directory = "/sys/devices/system/cpu"
  const names = yield* Effect.orElseSucceed(fs.readDirectory(directory), (): Array<string> => [])
  const paths = names.filter((name) => /^cpu[0-9]+$/.test(name)).map((name) => `${directory}/${name}/thermal_throttle`)
  return yield* Effect.filter(paths, (path) => Effect.orElseSucceed(fs.exists(path), () => false))
})
