import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { buildSpec } from "../../../../src/engine/containers/spec/buildSpec.ts"
import { cgroupsPath } from "../../../../src/engine/containers/spec/cgroupsPath.ts"
import { encodeOci } from "../../../../src/engine/containers/spec/encodeOci.ts"
import type { OciSpec } from "../../../../src/engine/containers/spec/OciSpec.ts"
import type { SpecInput } from "../../../../src/engine/containers/spec/SpecInput.ts"
import type { MountPoint } from "../../../../src/model/MountPoint.ts"
import { host, record, specInput } from "./specInput.ts"

type Asked = NonNullable<Parameters<typeof record>[0]>

const build = (asked: Asked = {}, over: Partial<SpecInput> = {}) => buildSpec(specInput({ record: record(asked), ...over }))

const mountAt = (spec: OciSpec, path: string) => spec.mounts.filter(({ destination }) => destination === path)

const bind = (destination: string, over: Partial<MountPoint> = {}): MountPoint =>
  ({ Type: "bind", Source: "/src", Destination: destination, Mode: "", RW: true, Propagation: "rprivate", ...over })

describe("a container's process", () => {
  it.effect("has Docker's variables first, then its own in their place", () =>
    Effect.gen(function*() {
      const { process } = yield* build({ config: { Tty: true, Env: ["PATH=/bin", "A=1=2", "HOSTNAME", "B="] } })
      assert.deepStrictEqual(process.env, ["PATH=/bin", "TERM=xterm", "A=1=2", "B="])
    }))

  it.effect("has the host's name when it shares it", () =>
    Effect.gen(function*() {
      const spec = yield* build({ config: { Hostname: "" }, hostConfig: { UTSMode: "host" } })
      assert.include(spec.process.env, "HOSTNAME=host")
      assert.isUndefined(spec.hostname)
      assert.notDeepInclude(spec.linux.namespaces, { type: "uts" })
    }))

  it.effect("has a terminal's size only with a terminal", () =>
    Effect.gen(function*() {
      const sized = yield* build({ config: { Tty: true }, hostConfig: { ConsoleSize: [24, 80] } })
      assert.deepStrictEqual(sized.process.consoleSize, { height: 24, width: 80 })
      assert.isUndefined((yield* build({ hostConfig: { ConsoleSize: [24, 80] } })).process.consoleSize)
      assert.isUndefined((yield* build({ config: { Tty: true } })).process.consoleSize)
    }))

  it.effect("goes through an init only in a pid namespace of its own", () =>
    Effect.gen(function*() {
      const over = { initPath: "/usr/bin/tini", defaults: { init: true, noNewPrivileges: false, ulimits: [] } }
      const own = yield* build({ command: ["/a", "b"] }, over)
      assert.deepStrictEqual(own.process.args, ["/sbin/docker-init", "--", "/a", "b"])
      assert.deepStrictEqual(mountAt(own, "/sbin/docker-init").map(({ source }) => source), ["/usr/bin/tini"])
      const shared = yield* build({ command: ["/a"], hostConfig: { PidMode: "host" } }, over)
      assert.deepStrictEqual(shared.process.args, ["/a"])
      assert.deepStrictEqual((yield* build({ command: ["/a"], hostConfig: { Init: false } }, over)).process.args, ["/a"])
    }))

  it.effect("is not started in /proc, however it is written", () =>
    Effect.gen(function*() {
      for (const WorkingDir of ["/proc", "/proc/self/fd/7", "/tmp/../proc/1", "//proc/."]) {
        const { message } = yield* Effect.flip(build({ config: { WorkingDir } }))
        assert.strictEqual(message, `the working directory '${WorkingDir}' is invalid, it must not be in /proc`)
      }
      assert.strictEqual((yield* build({ config: { WorkingDir: "/process/" } })).process.cwd, "/process")
      assert.strictEqual((yield* build()).process.cwd, "/")
    }))

  it.effect("has unlimited limits written to the last digit", () =>
    Effect.gen(function*() {
      const spec = yield* build({ hostConfig: { Ulimits: [{ Name: "memlock", Soft: 5, Hard: -1 }] } }, {
        defaults: {
          init: false,
          noNewPrivileges: true,
          ulimits: [{ Name: "memlock", Soft: 1, Hard: 1 }, { Name: "nofile", Soft: 2, Hard: 3 }]
        }
      })
      assert.include(
        encodeOci(spec),
        "\"rlimits\":[{\"type\":\"RLIMIT_MEMLOCK\",\"soft\":5,\"hard\":18446744073709551615}," +
          "{\"type\":\"RLIMIT_NOFILE\",\"soft\":2,\"hard\":3}]"
      )
      assert.isTrue(spec.process.noNewPrivileges)
    }))

  it.effect("has an AppArmor profile only where the kernel knows them", () =>
    Effect.gen(function*() {
      const confined = { ...host, apparmor: true }
      assert.isUndefined((yield* build({ hostConfig: { SecurityOpt: ["apparmor=x"] } })).process.apparmorProfile)
      assert.strictEqual((yield* build({}, { host: confined })).process.apparmorProfile, "docker-default")
      assert.strictEqual((yield* build({ hostConfig: { Privileged: true } }, { host: confined })).process.apparmorProfile, "unconfined")
      assert.strictEqual(
        (yield* build({ hostConfig: { SecurityOpt: ["apparmor:x"] } }, { host: confined })).process.apparmorProfile,
        "x"
      )
    }))
})

describe("a container's mounts", () => {
  it.effect("come parents first, and replace the defaults of the same place", () =>
    Effect.gen(function*() {
      const spec = yield* build({
        mounts: [bind("/a/b/c"), bind("/a"), bind("/dev/shm"), bind("/etc/hosts")],
        hostConfig: { Tmpfs: { "/a/b/": "" } }
      }, { files: { hosts: "/ours/hosts", resolvConf: "/ours/resolv.conf" } })
      const own = spec.mounts.slice(6).map(({ destination }) => destination)
      assert.deepStrictEqual(own, ["/a", "/etc/resolv.conf", "/dev/shm", "/etc/hosts", "/a/b", "/a/b/c"])
      assert.deepStrictEqual(mountAt(spec, "/dev/shm").map(({ source }) => source), ["/src"])
      assert.deepStrictEqual(mountAt(spec, "/etc/hosts").map(({ source }) => source), ["/src"])
    }))

  it.effect.each([
    ["writable", bind("/d"), undefined, ["rbind", "rprivate"]],
    ["read-only", bind("/d", { RW: false }), undefined, ["rbind", "ro", "rro", "rprivate"]],
    ["shared", bind("/d", { Propagation: "rshared" }), undefined, ["rbind", "rshared"]],
    ["not recursive", bind("/d", { RW: false }), { NonRecursive: true }, ["bind", "ro", "rprivate"]],
    ["read-only at the top", bind("/d", { RW: false }), { ReadOnlyNonRecursive: true }, ["rbind", "ro", "rprivate"]]
  ] as const)("bind %s", ([, mount, BindOptions, options]) =>
    Effect.gen(function*() {
      const Mounts = BindOptions === undefined ? null : [{ Type: "bind", Source: "/src", Target: "/d", BindOptions }]
      const spec = yield* build({ mounts: [mount], hostConfig: { Mounts } })
      assert.deepStrictEqual(mountAt(spec, "/d").map((found) => found.options), [options])
    }))

  it.effect("are read-only as far as the runtime can, unless depth was demanded", () =>
    Effect.gen(function*() {
      const mounts = [bind("/d", { RW: false })]
      const spec = yield* build({ mounts }, { recursiveReadOnly: false })
      assert.deepStrictEqual(mountAt(spec, "/d")[0]?.options, ["rbind", "ro", "rprivate"])
      yield* Effect.flip(build({
        mounts,
        hostConfig: { Mounts: [{ Type: "bind", Source: "/src", Target: "/d", BindOptions: { ReadOnlyForceRecursive: true } }] }
      }, { recursiveReadOnly: false }))
    }))

  it.effect("make the root file system's propagation wide enough for theirs", () =>
    Effect.gen(function*() {
      const propagation = (Propagation: string) =>
        Effect.map(build({ mounts: [bind("/a"), bind("/b", { Propagation })] }), ({ linux }) => linux.rootfsPropagation)
      assert.isUndefined(yield* propagation("rprivate"))
      assert.strictEqual(yield* propagation("rshared"), "shared")
      assert.strictEqual(yield* propagation("slave"), "rslave")
    }))

  it.effect("of type tmpfs overrule Docker's defaults", () =>
    Effect.gen(function*() {
      const options = (asked: Asked["hostConfig"], mounts: ReadonlyArray<MountPoint> = []) =>
        Effect.map(build({ hostConfig: asked ?? {}, mounts }), (spec) => mountAt(spec, "/t").map((mount) => mount.options))
      assert.deepStrictEqual(yield* options({ Tmpfs: { "/t": "" } }), [["noexec", "nosuid", "nodev", "rprivate"]])
      assert.deepStrictEqual(yield* options({ Tmpfs: { "/t": "exec,size=1m,size=2m,rw" } }), [
        ["nosuid", "nodev", "rprivate", "exec", "size=2m", "rw"]
      ])
      const mount: MountPoint = { Type: "tmpfs", Source: "", Destination: "/t", Mode: "", RW: true, Propagation: "" }
      const request = { Type: "tmpfs", Target: "/t", ReadOnly: true, TmpfsOptions: { SizeBytes: 4096, Mode: 0o700, Options: [["exec"]] } }
      assert.deepStrictEqual(yield* options({ Mounts: [request] }, [mount]), [
        ["nosuid", "nodev", "rprivate", "ro", "mode=700", "size=4096", "exec"]
      ])
    }))

  it.effect.each([
    "/", "/proc", "/proc/", "/proc/sys/kernel", "/x/../proc", "/sys", "/sys/kernel/debug", "/dev", "/dev/pts", "/dev/pts/0",
    "/dev/null", "/dev/console", "/dev/ptmx"
  ])("are refused at %s", (target) =>
    Effect.gen(function*() {
      yield* Effect.flip(build({ mounts: [bind(target)] }))
      yield* Effect.flip(build({ hostConfig: { Tmpfs: { [target]: "" } } }))
    }))

  it.effect("are taken at places that only look like those, and everywhere when privileged", () =>
    Effect.gen(function*() {
      for (const target of ["/process", "/dev/shm", "/dev/bus/usb", "/dev/nullify", "/sys/fs/cgroup", "/system"]) {
        assert.lengthOf(mountAt(yield* build({ mounts: [bind(target)] }), target), 1)
      }
      const spec = yield* build({ mounts: [bind("/dev")], hostConfig: { Privileged: true } })
      assert.deepStrictEqual(spec.mounts.filter(({ destination }) => destination.startsWith("/dev")).map(({ source }) => source), ["/src"])
    }))

  it.effect("have shared memory of the right kind", () =>
    Effect.gen(function*() {
      const shm = (IpcMode: string, over: Partial<SpecInput> = {}) =>
        Effect.map(build({ hostConfig: { IpcMode, ShmSize: 4096 } }, over), (spec) => mountAt(spec, "/dev/shm"))
      assert.include((yield* shm("private"))[0]?.options ?? [], "size=4096")
      assert.lengthOf(yield* shm("none"), 0)
      assert.strictEqual((yield* shm("host"))[0]?.source, "/dev/shm")
      assert.strictEqual((yield* shm("shareable", { shmSource: "/ours/shm" }))[0]?.source, "/ours/shm")
      yield* Effect.flip(shm("shareable"))
    }))
})

describe("a container's namespaces", () => {
  const types = (spec: OciSpec) => spec.linux.namespaces.map(({ path, type }) => path === undefined ? type : `${type}=${path}`)

  it.effect("are its own by default", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(types(yield* build()), ["mount", "network", "uts", "pid", "ipc"])
      assert.include(types(yield* build({ hostConfig: { CgroupnsMode: "private" } })), "cgroup")
    }))

  it.effect("are the host's or another container's when asked", () =>
    Effect.gen(function*() {
      const hosts = yield* build({
        hostConfig: { NetworkMode: "host", PidMode: "host", IpcMode: "host", UTSMode: "host" }
      }, { network: { type: "host" } })
      assert.deepStrictEqual(types(hosts), ["mount"])
      const joined = yield* build({ hostConfig: { PidMode: "container:x", IpcMode: "container:x" } }, {
        network: { type: "path", path: "/run/netns/x" },
        joined: { pid: "/proc/7/ns/pid", ipc: "/proc/7/ns/ipc" },
        shmSource: "/x/shm"
      })
      assert.deepStrictEqual(types(joined), ["mount", "network=/run/netns/x", "uts", "pid=/proc/7/ns/pid", "ipc=/proc/7/ns/ipc"])
    }))

  it.effect("are never the host's because another's is not known", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(build({ hostConfig: { PidMode: "container:x" } }))
      assert.strictEqual(message, "invalid PID mode: container:x")
    }))
})

describe("a container's kernel parameters", () => {
  it.effect("are ours in a network of its own, then those asked for", () =>
    Effect.gen(function*() {
      const spec = yield* build({
        config: { Domainname: "example.org" },
        hostConfig: { Sysctls: { "net.ipv4.ip_unprivileged_port_start": "80", "net/ipv4/ip_forward": "1" } }
      })
      assert.deepStrictEqual(spec.linux.sysctl, {
        "net.ipv4.ip_unprivileged_port_start": "80",
        "net.ipv4.ping_group_range": "0 2147483647",
        "kernel.domainname": "example.org",
        "net.ipv4.ip_forward": "1"
      })
      const shared = yield* build({ hostConfig: { NetworkMode: "host" } }, { network: { type: "host" } })
      assert.isUndefined(shared.linux.sysctl)
    }))

  it.effect.each([
    [{ "kernel.panic": "1" }, {}, "sysctl \"kernel.panic\" is not in a separate kernel namespace"],
    [{ "kernel.hostname": "x" }, {}, "sysctl \"kernel.hostname\" is not allowed as it conflicts with the OCI \"hostname\" field"],
    [{ "kernel.domainname": "x" }, { UTSMode: "host" }, "sysctl \"kernel.domainname\" is not in a separate kernel namespace"],
    [{ "fs.mqueue.msg_max": "1" }, { IpcMode: "host" }, "sysctl \"fs.mqueue.msg_max\" is not allowed in the hosts ipc namespace"],
    [{ "net/core/somaxconn": "1" }, { NetworkMode: "host" }, "sysctl \"net.core.somaxconn\" not allowed in host network namespace"]
  ] as const)("%j are refused", ([Sysctls, modes, message]) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(build({ hostConfig: { Sysctls, ...modes } }))).message, message)
    }))
})

describe("what is hidden from a container", () => {
  it.effect("is Docker's list, or the one asked for, or nothing", () =>
    Effect.gen(function*() {
      const throttle = "/sys/devices/system/cpu/cpu0/thermal_throttle"
      const { linux } = yield* build({}, { host: { ...host, thermalThrottlePaths: [throttle] } })
      assert.deepStrictEqual(linux.maskedPaths, [
        "/proc/acpi", "/proc/asound", "/proc/interrupts", "/proc/kcore", "/proc/keys", "/proc/latency_stats",
        "/proc/sched_debug", "/proc/scsi", "/proc/timer_list", "/proc/timer_stats", "/sys/devices/virtual/powercap",
        "/sys/firmware", throttle
      ])
      assert.deepStrictEqual(linux.readonlyPaths, ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys", "/proc/sysrq-trigger"])
      assert.deepStrictEqual((yield* build({ hostConfig: { MaskedPaths: [] } })).linux.maskedPaths, [])
      assert.deepStrictEqual((yield* build({ hostConfig: { Privileged: true } })).linux.maskedPaths, [])
      const own = yield* build({ hostConfig: { Privileged: true, MaskedPaths: ["/x"] } })
      assert.deepStrictEqual(own.linux.maskedPaths, ["/x"])
    }))
})

describe("a container's limits", () => {
  it.effect("are written where they were asked for, and nowhere else", () =>
    Effect.gen(function*() {
      const { devices: _, ...none } = (yield* build({ hostConfig: { MemorySwappiness: -1, OomKillDisable: false } })).linux.resources
      assert.deepStrictEqual(none, {})
      const { resources } = (yield* build({
        hostConfig: {
          Memory: 10_000_000, MemorySwap: -1, MemorySwappiness: 0, OomKillDisable: true, NanoCpus: 1_500_000_000, CpuShares: 3,
          CpusetCpus: "0", PidsLimit: 0, BlkioWeight: 10, BlkioDeviceReadBps: [{ Path: "/dev/loop0", Rate: 9 }]
        }
      }, { blockDevices: new Map([["/dev/loop0", { major: 7, minor: 0 }]]) })).linux
      assert.deepStrictEqual(resources.memory, { limit: 10_000_000, swappiness: 0, disableOOMKiller: true })
      assert.deepStrictEqual(resources.cpu, { shares: 3, period: 100_000, quota: 150_000, cpus: "0" })
      assert.deepStrictEqual(resources.pids, { limit: -1 })
      assert.deepStrictEqual(resources.blockIO, { weight: 10, throttleReadBpsDevice: [{ major: 7, minor: 0, rate: 9 }] })
    }))

  it.effect("on devices allow what was asked for, and all when privileged", () =>
    Effect.gen(function*() {
      const device = { path: "/dev/x", type: "c", major: 10, minor: 1, fileMode: 0o600, uid: 0, gid: 0, access: "r" } as const
      const { linux } = yield* build({ hostConfig: { DeviceCgroupRules: ["c 42:* rwm", "a *:* m"] } }, { devices: [device] })
      assert.deepStrictEqual(linux.resources.devices?.[0], { allow: false, access: "rwm" })
      assert.deepStrictEqual(linux.resources.devices?.slice(-3), [
        { allow: true, type: "c", major: 10, minor: 1, access: "r" },
        { allow: true, type: "c", major: 42, access: "rwm" },
        { allow: true, type: "a", access: "m" }
      ])
      assert.deepStrictEqual(linux.devices, [{ path: "/dev/x", type: "c", major: 10, minor: 1, fileMode: 0o600, uid: 0, gid: 0 }])
      const privileged = yield* build({ hostConfig: { Privileged: true } })
      assert.deepStrictEqual(privileged.linux.resources.devices, [{ allow: true, access: "rwm" }])
      yield* Effect.flip(build({ hostConfig: { DeviceCgroupRules: ["x"] } }))
      const gpu = yield* Effect.flip(build({ hostConfig: { DeviceRequests: [{ Count: -1, Capabilities: [["gpu"]] }] } }))
      assert.strictEqual(gpu.message, "could not select device driver \"\" with capabilities: [[gpu]]")
    }))

  it("are accounted for where the driver wants it", () => {
    assert.strictEqual(cgroupsPath("abc", "", "cgroupfs"), "/gantry/abc")
    assert.strictEqual(cgroupsPath("abc", "parent/../../x", "cgroupfs"), "/x/abc")
    assert.strictEqual(cgroupsPath("abc", "", "systemd"), "system.slice:gantry:abc")
    assert.strictEqual(cgroupsPath("abc", "my.slice", "systemd"), "my.slice:gantry:abc")
  })
})
