import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { HostFacts } from "../../host/HostFacts.ts"
import { findProgram } from "../../runtimes/findProgram.ts"
import { runProgram } from "../../runtimes/runProgram.ts"
import { good, lacking, poor } from "./Finding.ts"

const overlay = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const known = yield* Effect.orElseSucceed(fs.readFileString("/proc/filesystems"), () => "")
  return /\boverlay$/m.test(known)
    ? good("overlayfs", "in the kernel")
    : lacking("overlayfs", "not in /proc/filesystems", "modprobe overlay, or --storage-driver native")
})

const cgroups = Effect.map(HostFacts, ({ cgroups }) => {
  const how = cgroups.version === 2 ? "version 2" : cgroups.hybrid ? "version 1, hybrid" : "version 1"
  const missing = ["memory", "cpu", "pids"].filter((controller) => !cgroups.controllers.has(controller))
  if (cgroups.version === 1 && cgroups.mounts.size === 0 && missing.length === 3) {
    return lacking("cgroups", "not mounted", "mount -t cgroup2 none /sys/fs/cgroup")
  }
  return missing.length === 0
    ? good("cgroups", how)
    : poor("cgroups", `${how}, without ${missing.join(", ")}`, "enable these controllers: limits on them fail")
})

const seccomp = Effect.map(HostFacts, ({ seccomp }) =>
  seccomp
    ? good("seccomp", "in the kernel")
    : poor("seccomp", "not in the kernel", "CONFIG_SECCOMP_FILTER=y, or --seccomp-profile unconfined"))

const kernel = Effect.map(HostFacts, ({ kernelVersion, machine, osName }) => {
  const [major = 0, minor = 0] = kernelVersion.split(".").map(Number)
  const found = `${kernelVersion} (${machine}), ${osName}`
  return major > 5 || (major === 5 && minor >= 4)
    ? good("kernel", found)
    : poor("kernel", found, "Linux 5.4 or newer is what the engine is tested with")
})

const forwarding = Effect.map(HostFacts, ({ ipv4Forwarding }) =>
  ipv4Forwarding
    ? good("IPv4 forwarding", "on")
    : good("IPv4 forwarding", "off: turned on with the first network"))

/** Makes a link of each kind in a network namespace that ends with the command: nothing is left on the host. */
const links = Effect.fnUntraced(function*(searchPath: ReadonlyArray<string>) {
  const [unshare, ip] = yield* Effect.all([findProgram("unshare", searchPath), findProgram("ip", searchPath)])
  const makes = (what: string, ...args: ReadonlyArray<string>) =>
    Effect.map(Effect.isSuccess(runProgram(unshare, ["--net", ip, "link", "add", ...args])), (made) =>
      made
        ? good(what, "in the kernel")
        : lacking(what, "links of this kind can't be made", `modprobe ${what}; as root, or --bridge none`))
  return yield* Effect.all([makes("bridge", "probe0", "type", "bridge"), makes("veth", "probe1", "type", "veth")])
}, Effect.orElseSucceed(() => [
  poor("bridge and veth", "not tried: unshare or ip is missing", "install Debian's packages util-linux and iproute2")
]))

const firewall = Effect.fnUntraced(function*(searchPath: ReadonlyArray<string>) {
  const [unshare, nft] = yield* Effect.all([findProgram("unshare", searchPath), findProgram("nft", searchPath)])
  const rules = ["add table ip probe", "add chain ip probe nat { type nat hook postrouting priority 100; }",
    "add rule ip probe nat masquerade"].join("; ")
  yield* runProgram(unshare, ["--net", nft, rules])
  return good("nftables", "tables, NAT and masquerading work")
}, Effect.orElseSucceed(() =>
  poor("nftables", "rules can't be made", "modprobe nf_tables nft_masq nft_nat, or --firewall-backend iptables")))

/** What the kernel offers: asked by trying, where that leaves nothing behind. */
export const examineKernel = Effect.fnUntraced(function*(searchPath: ReadonlyArray<string>) {
  const single = yield* Effect.all([kernel, cgroups, overlay, seccomp, forwarding])
  return [...single, ...yield* links(searchPath), yield* firewall(searchPath)]
})
