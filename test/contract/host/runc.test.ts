import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { resolve } from "node:path"
import { mkdirSync, readlinkSync, writeFileSync } from "node:fs"
import { hardenSeccomp } from "../../../src/engine/containers/spec/hardenSeccomp.ts"
import { decodeSeccompProfile } from "../../../src/engine/containers/spec/SeccompProfile.ts"
import { HostDevices } from "../../../src/host/HostDevices.ts"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { loadSeccompProfile } from "../../../src/host/loadSeccompProfile.ts"
import { stackProgram, stackRoot } from "../../support/stack.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"
import { type Asked, crun, runc, runSpec, type Runtime } from "./runBundle.ts"

const services = Layer.mergeAll(HostFacts.layer, HostDevices.layer).pipe(Layer.provideMerge(NodeServices.layer))

const builtIn = Effect.flatMap(loadSeccompProfile(resolve(stackRoot, "share/seccomp.json")), (json) =>
  Effect.map(decodeSeccompProfile(json), hardenSeccomp))

const runtimes: ReadonlyArray<readonly [name: string, runtime: (needsUnshare: boolean) => Runtime]> = [
  ["runc", () => runc],
  ["crun", crun]
]

for (const [name, runtimeOf] of runtimes) {
  layer(services)(`a spec under ${name}`, (it) => {
    const output = (line: string | ReadonlyArray<string>, asked: Asked = {}) =>
      Effect.gen(function*() {
        const { cgroups } = yield* HostFacts
        const ran = yield* runSpec(line, { runtime: runtimeOf(cgroups.crunNeedsUnshare), ...asked })
        return `${ran.stdout}${ran.stderr}`
      })

    it.effect("runs a shell with Docker's environment", () =>
      Effect.gen(function*() {
        const text = yield* output("hostname; pwd; env", { config: { Env: ["A=1"], WorkingDir: "/tmp" } })
        assert.match(text, /^6f0d9b2a71c5\n\/tmp\n/)
        for (const line of ["HOSTNAME=6f0d9b2a71c5", "A=1", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root"]) {
          assert.include(text, `${line}\n`)
        }
      }))

    it.effect("has Docker's capabilities, none of them inheritable or ambient", () =>
      Effect.gen(function*() {
        const text = yield* output("grep Cap /proc/self/status")
        assert.strictEqual(text, "CapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\nCapEff:\t00000000a80425fb\n" +
          "CapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n")
      }))

    it.effect("leaves another user than root nothing but the bounding set", () =>
      Effect.gen(function*() {
        const user = { uid: 1000, gid: 1000, additionalGids: [1000, 10] }
        const text = yield* output("id; grep Cap /proc/self/status", { over: { user } })
        assert.include(text, "uid=1000(web) gid=1000(web) groups=10(wheel)")
        assert.match(text, /CapEff:\t0{16}\nCapBnd:\t00000000a80425fb/)
      }))

    it.effect("gives a privileged container every capability, device and path", () =>
      Effect.gen(function*() {
        const devices = yield* Effect.flatMap(HostDevices, ({ all }) => all)
        const text = yield* output(
          "grep -E 'CapEff|Seccomp:' /proc/self/status; ls /dev; mount | grep -E ' /sys |/proc/sys '; touch /proc/sys/kernel/domainname",
          { hostConfig: { Privileged: true }, over: { devices, seccomp: yield* builtIn } }
        )
        const { capabilities } = yield* HostFacts
        assert.include(text, `CapEff:\t${capabilities.toString(16).padStart(16, "0")}\nSeccomp:\t0\n`)
        assert.include(text, "loop-control")
        assert.match(text, /sysfs on \/sys type sysfs \(rw,/)
        assert.notInclude(text, "/proc/sys ")
        assert.notInclude(text, "Read-only")
      }))

    it.effect("filters system calls, so that no namespace can be made", () =>
      Effect.gen(function*() {
        const text = yield* output("grep Seccomp: /proc/self/status; unshare -U true; unshare -m true; mount -t tmpfs x /tmp", {
          hostConfig: { CapAdd: [] },
          over: { seccomp: yield* builtIn }
        })
        assert.include(text, "Seccomp:\t2\n")
        assert.strictEqual(text.match(/Operation not permitted|permission denied/g)?.length, 3, text)
      }))

    it.effect("opens with a capability the calls that need it", () =>
      Effect.gen(function*() {
        const text = yield* output("grep Seccomp: /proc/self/status; unshare -m mount -t tmpfs x /tmp && echo mounted", {
          hostConfig: { CapAdd: ["ALL"] },
          over: { seccomp: yield* builtIn }
        })
        assert.strictEqual(text, "Seccomp:\t2\nmounted\n")
      }))

    it.effect("takes a client's own profile, and none when unconfined", () =>
      Effect.gen(function*() {
        const profile = JSON.stringify({
          defaultAction: "SCMP_ACT_ALLOW",
          syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO", errnoRet: 122 }]
        })
        const own = yield* output("busybox mkdir /tmp/x", { hostConfig: { SecurityOpt: [`seccomp=${profile}`] } })
        assert.include(own, "quota exceeded")
        const none = yield* output("grep Seccomp: /proc/self/status", {
          hostConfig: { SecurityOpt: ["seccomp:unconfined"] },
          over: { seccomp: yield* builtIn }
        })
        assert.strictEqual(none, "Seccomp:\t0\n")
      }))

    it.effect("hides what the kernel tells about the host, and lets none of it be written", () =>
      Effect.gen(function*() {
        const text = yield* output(
          "cat /proc/kcore /proc/keys /proc/timer_list | dd bs=1 count=1 2>/dev/null | busybox wc -c; ls /sys/firmware | busybox wc -l;" +
            " echo 1 > /proc/sys/kernel/panic; echo 1 > /sys/kernel/mm/ksm/run; echo > /proc/irq/default_smp_affinity"
        )
        assert.match(text, /^0\n0\n/)
        assert.strictEqual(text.match(/Read-only file system/g)?.length, 3, text)
      }))

    it.effect("lifts masks when asked for none", () =>
      Effect.gen(function*() {
        const text = yield* output("echo x > /proc/sys/kernel/domainname && cat /proc/sys/kernel/domainname", {
          hostConfig: { MaskedPaths: [], ReadonlyPaths: [] }
        })
        assert.strictEqual(text, "x\n")
      }))

    it.effect("keeps the root file system from being written, but not tmpfs and volumes", () =>
      Effect.gen(function*() {
        const source = yield* tempDirectory("volume")
        const text = yield* output(
          "touch /x; touch /run/x && touch /data/x && echo wrote; grep -E ' (/run|/etc/hosts) ' /proc/mounts; touch /etc/hosts",
          {
            hostConfig: { ReadonlyRootfs: true, Tmpfs: { "/run": "size=1m,exec" } },
            mounts: [{ Type: "volume", Name: "v", Source: source, Destination: "/data", Mode: "", RW: true, Propagation: "" }],
            over: { files: { hosts: "/etc/hosts" } }
          }
        )
        assert.include(text, "touch: /x: Read-only file system")
        assert.include(text, "wrote\n")
        assert.match(text, /tmpfs \/run tmpfs rw,nosuid,nodev,relatime,size=1024k/)
        assert.include(text, "touch: /etc/hosts: Read-only file system")
      }))

    it.effect("mounts read-only what was asked so, with all below it", () =>
      Effect.gen(function*() {
        const source = yield* tempDirectory("bind")
        mkdirSync(`${source}/sub`)
        writeFileSync(`${source}/file`, "from the host\n")
        const text = yield* output("cat /data/file; touch /data/file /data/sub/x", {
          mounts: [{ Type: "bind", Source: source, Destination: "/data", Mode: "ro", RW: false, Propagation: "rprivate" }]
        })
        assert.include(text, "from the host\n")
        assert.strictEqual(text.match(/Read-only file system/g)?.length, 2, text)
      }))

    it.effect("sets limits of the shell, unlimited ones too", () =>
      Effect.gen(function*() {
        const text = yield* output("ulimit -n; ulimit -Hn; ulimit -c; ulimit -f", {
          hostConfig: {
            Ulimits: [{ Name: "nofile", Soft: 100, Hard: 200 }, { Name: "core", Soft: 0, Hard: 0 }, { Name: "fsize", Soft: -1, Hard: -1 }]
          },
          over: { defaults: { init: false, noNewPrivileges: true, ulimits: [{ Name: "nofile", Soft: 9, Hard: 9 }] } }
        })
        assert.strictEqual(text, "100\n200\n0\nunlimited\n")
      }))

    it.effect("sets kernel parameters, ours and those asked for", () =>
      Effect.gen(function*() {
        const text = yield* output(
          "cat /proc/sys/net/ipv4/ip_unprivileged_port_start /proc/sys/net/ipv4/ping_group_range /proc/sys/kernel/shmmni; dnsdomainname; cat /proc/sys/kernel/domainname",
          { config: { Domainname: "example.org" }, hostConfig: { Sysctls: { "kernel.shmmni": "77" } } }
        )
        assert.match(text, /^0\n0\t2147483647\n77\n/)
        assert.include(text, "example.org\n")
      }))

    it.effect("forbids new privileges when asked", () =>
      Effect.gen(function*() {
        const text = yield* output("grep NoNewPrivs /proc/self/status", { hostConfig: { SecurityOpt: ["no-new-privileges"] } })
        assert.strictEqual(text, "NoNewPrivs:\t1\n")
      }))

    it.effect("runs an init as the first process", () =>
      Effect.gen(function*() {
        const text = yield* output("cat /proc/1/cmdline | busybox tr '\\000' ' '", {
          hostConfig: { Init: true },
          over: { initPath: stackProgram("docker-init") }
        })
        assert.match(text, /^\/sbin\/docker-init -- \/bin\/sh -c /)
      }))

    it.effect("gives devices that were asked for, and no others", () =>
      Effect.gen(function*() {
        const { find } = yield* HostDevices
        const devices = [...yield* find("/dev/fuse", "/dev/hole", "rw"), ...yield* find("/dev/net", "", "rwm")]
        const text = yield* output("ls -l /dev/hole /dev/net/tun; dd if=/dev/hole bs=1 count=1; mknod /tmp/mem c 1 1 && cat /tmp/mem", {
          over: { devices }
        })
        assert.match(text, /crw.* 10, 229 .*\/dev\/hole/)
        assert.match(text, /crw.* 10, 200 .*\/dev\/net\/tun/)
        assert.include(text, "cat: can't open '/tmp/mem': Operation not permitted")
        assert.notInclude(text, "dd: can't open")
      }))

    it.effect("gives /dev/shm its size, or takes it away", () =>
      Effect.gen(function*() {
        const sized = yield* output("df -k /dev/shm; stat -c %a /dev/shm", { hostConfig: { ShmSize: 2 * 1024 ** 2 } })
        assert.match(sized, /shm +2048 /)
        assert.include(sized, "1777\n")
        assert.include(yield* output("ls /dev/shm", { hostConfig: { IpcMode: "none" } }), "No such file")
      }))

    it.effect("holds a container to its memory, CPU and number of processes", () =>
      Effect.gen(function*() {
        const text = yield* output(
          "cd /sys/fs/cgroup; for f in memory/memory.limit_in_bytes memory/memory.memsw.limit_in_bytes cpu/cpu.cfs_quota_us cpu/cpu.shares pids/pids.max cpuset/cpuset.cpus;" +
            " do cat ./$f; done",
          {
            hostConfig: {
              Memory: 64 * 1024 ** 2, MemorySwap: 128 * 1024 ** 2, NanoCpus: 500_000_000, CpuShares: 512, PidsLimit: 50, CpusetCpus: "0"
            }
          }
        )
        assert.strictEqual(text, "67108864\n134217728\n50000\n512\n50\n0\n")
      }))

    it.effect("shares namespaces with the host", () =>
      Effect.gen(function*() {
        const text = yield* output("for n in pid ipc uts net; do readlink /proc/self/ns/$n; done", {
          config: { Hostname: "" },
          hostConfig: { PidMode: "host", IpcMode: "host", UTSMode: "host", NetworkMode: "host" },
          over: { network: { type: "host" } }
        })
        assert.strictEqual(text, ["pid", "ipc", "uts", "net"].map((ns) => `${readlinkSync(`/proc/self/ns/${ns}`)}\n`).join(""))
      }))
  })
}
