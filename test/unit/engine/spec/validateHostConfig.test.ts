import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { validateHostConfig } from "../../../../src/engine/containers/spec/validateHostConfig.ts"
import { validateResources } from "../../../../src/engine/containers/spec/validateResources.ts"
import type { HostFacts } from "../../../../src/host/HostFacts.ts"
import { ContainerConfig } from "../../../../src/model/ContainerConfig.ts"
import { HostConfig } from "../../../../src/model/HostConfig.ts"
import { host } from "./specInput.ts"

type Config = typeof ContainerConfig.Encoded
type Host = typeof HostConfig.Encoded

const hostConfigOf = Schema.decodeSync(HostConfig)
const mebibyte = 1024 ** 2

const configOf = Schema.decodeSync(ContainerConfig)

const validate = (hostConfig: Host, config: Config = {}, on: HostFacts["Service"] = host, asked = config) =>
  validateHostConfig(configOf(config), hostConfigOf(hostConfig), on, {
    shmBytes: 64 * mebibyte,
    ipcMode: "private",
    cgroupnsMode: "",
    runtime: "runc",
    logConfig: { Type: "json-file", Config: { "max-size": "1m" } },
    cgroupDriver: "cgroupfs"
  }, configOf(asked))

const bare = { ...host, limits: { ...host.limits, swap: false, blkioWeight: false, pids: false, oomKillDisable: false, memorySwappiness: false } }

const refusals: ReadonlyArray<readonly [Host, Config, string]> = [
  [{}, { WorkingDir: "x" }, "the working directory 'x' is invalid, it needs to be an absolute path"],
  [{}, { StopSignal: "SIGX" }, "invalid signal: SIGX"],
  [{}, { Env: ["A=1", "=x"] }, "invalid environment variable: =x"],
  [{}, { Hostname: "h".repeat(65) }, `hostname "${"h".repeat(65)}" is too long (maximum 64 bytes)`],
  [{}, { Healthcheck: { Interval: 999_999 } }, "Interval in Healthcheck cannot be less than 1ms"],
  [{}, { Healthcheck: { Timeout: 1 } }, "Timeout in Healthcheck cannot be less than 1ms"],
  [{}, { Healthcheck: { Retries: -1 } }, "Retries in Healthcheck cannot be negative"],
  [{}, { Healthcheck: { StartPeriod: 1 } }, "StartPeriod in Healthcheck cannot be less than 1ms"],
  [{}, { Healthcheck: { StartInterval: 1 } }, "StartInterval in Healthcheck cannot be less than 1ms"],
  [{}, { Volumes: { "/proc/sys": {} } }, "invalid mount path: '/proc/sys' is not allowed in a container that is not privileged"],
  [{ AutoRemove: true, RestartPolicy: { Name: "always" } }, {}, "can't create 'AutoRemove' container with restart policy"],
  [{ RestartPolicy: { Name: "x" } }, {}, "invalid restart policy: unknown policy 'x'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"],
  [{ RestartPolicy: { Name: "always", MaximumRetryCount: 1 } }, {}, "invalid restart policy: maximum retry count can only be used with 'on-failure'"],
  [{ RestartPolicy: { Name: "no", MaximumRetryCount: -1 } }, {}, "invalid restart policy: maximum retry count can only be used with 'on-failure' and cannot be negative"],
  [{ RestartPolicy: { Name: "on-failure", MaximumRetryCount: -1 } }, {}, "invalid restart policy: maximum retry count cannot be negative"],
  [{ Memory: 5 * mebibyte }, {}, "Minimum memory limit allowed is 6MB"],
  [{ Memory: 8 * mebibyte, MemorySwap: 7 * mebibyte }, {}, "Minimum memoryswap limit should be larger than memory limit, see usage"],
  [{ MemorySwap: 7 * mebibyte }, {}, "You should always set the Memory limit when using Memoryswap limit, see usage"],
  [{ MemorySwappiness: 101 }, {}, "Invalid value: 101, valid memory swappiness range is 0-100"],
  [{ MemoryReservation: 1 }, {}, "Minimum memory reservation allowed is 6MB"],
  [{ Memory: 7 * mebibyte, MemoryReservation: 8 * mebibyte }, {}, "Minimum memory limit can not be less than memory reservation limit, see usage"],
  [{ NanoCpus: 1, CpuPeriod: 1000 }, {}, "Conflicting options: Nano CPUs and CPU Period cannot both be set"],
  [{ NanoCpus: 1, CpuQuota: 1000 }, {}, "Conflicting options: Nano CPUs and CPU Quota cannot both be set"],
  [{ NanoCpus: 2_000_000_001 }, {}, "range of CPUs is from 0.01 to 2.00, as there are only 2 CPUs available"],
  [{ CpuPeriod: 999 }, {}, "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)"],
  [{ CpuQuota: 999 }, {}, "CPU cfs quota can not be less than 1ms (i.e. 1000)"],
  [{ CpuShares: -1 }, {}, "invalid CPU shares (-1): value must be a positive integer"],
  [{ CpusetCpus: "0-2" }, {}, "Requested CPUs are not available - requested 0-2, available: 0-1"],
  [{ CpusetCpus: "x" }, {}, "Invalid value x for cpuset cpus: invalid format: x"],
  [{ CpusetMems: "1" }, {}, "Requested memory nodes are not available - requested 1, available: 0"],
  [{ BlkioWeight: 9 }, {}, "Range of blkio weight is from 10 to 1000"],
  [{ ShmSize: -1 }, {}, "SHM size can not be less than 0"],
  [{ OomScoreAdj: 2000 }, {}, "Invalid value 2000, range for oom score adj is [-1000, 1000]"],
  [{ IpcMode: "x" }, {}, "invalid IPC mode: x"],
  [{ PidMode: "container:" }, {}, "invalid PID mode: container:"],
  [{ UTSMode: "x" }, {}, "invalid UTS mode: x"],
  [{ CgroupnsMode: "x" }, {}, "invalid cgroup namespace mode: x"],
  [{ UsernsMode: "private" }, {}, "invalid user namespace mode: private"],
  [{ Isolation: "hyperv" }, {}, "invalid isolation (hyperv): linux only supports 'default'"],
  [{ CapAdd: ["X"] }, {}, "invalid CapAdd: unknown capability: \"CAP_X\""],
  [{ SecurityOpt: ["x"] }, {}, "invalid --security-opt 1: \"x\""],
  [{ SecurityOpt: ["x=y"] }, {}, "invalid --security-opt 2: \"x=y\""],
  [{ SecurityOpt: ["no-new-privileges=maybe"] }, {}, "invalid --security-opt 2: \"no-new-privileges=maybe\""],
  [{ Annotations: { "": "x" } }, {}, "invalid Annotations: the empty string is not permitted as an annotation key"],
  [{ Sysctls: { "kernel.panic": "1" } }, {}, "sysctl \"kernel.panic\" is not in a separate kernel namespace"],
  [{ Ulimits: [{ Name: "x", Hard: 1, Soft: 1 }] }, {}, "invalid ulimit type: x"],
  [{ Ulimits: [{ Name: "core", Hard: 1, Soft: 2 }] }, {}, "ulimit soft limit must be less than or equal to hard limit: 2 > 1"],
  [{ DeviceCgroupRules: ["c 1:3 x"] }, {}, "invalid device cgroup rule format: 'c 1:3 x'"],
  [{ ExtraHosts: ["x"] }, {}, "bad format for add-host: \"x\""],
  [{ ExtraHosts: ["x:300.1.1.1"] }, {}, "invalid IP address in add-host: \"300.1.1.1\""],
  [{ PortBindings: { "x": [] } }, {}, "invalid port specification: \"x\""],
  [{ PortBindings: { "80/tcp": [{ HostPort: "99999" }] } }, {}, "invalid port specification: \"99999\""],
  [{ Tmpfs: { x: "" } }, {}, "invalid mount path: 'x' mount path must be absolute"],
  [{ Tmpfs: { "/": "" } }, {}, "invalid specification: destination can't be '/'"],
  [{ Tmpfs: { "/t": "bogus" } }, {}, "invalid tmpfs option \"bogus\""],
  [{ Binds: ["/a:/data", "/b:/data"] }, {}, "Duplicate mount point: /data"],
  [{ Mounts: [{ Type: "bind", Target: "/a" }] }, {}, "invalid mount config for type \"bind\": field Source must not be empty"],
  [{ Mounts: [{ Type: "tmpfs", Source: "/x", Target: "/a" }] }, {}, "invalid mount config for type \"tmpfs\": field Source must not be specified"],
  [{ Mounts: [{ Type: "tmpfs", Target: "/a", BindOptions: {} }] }, {}, "invalid mount config for type \"tmpfs\": field BindOptions must not be specified"],
  [{ Mounts: [{ Type: "x", Target: "/a" }] }, {}, "invalid mount config for type \"x\": mount type unknown"],
  [{ NetworkMode: "container:" }, {}, "invalid network mode: invalid container format container:<name|id>"],
  [{ NetworkMode: "container:x" }, { Hostname: "h" }, "conflicting options: hostname and the network mode"],
  [{ NetworkMode: "container:x", PublishAllPorts: true }, {}, "conflicting options: port publishing and the container type network mode"],
  [{ NetworkMode: "container:x", Dns: ["1.1.1.1"] }, {}, "conflicting options: dns and the network mode"],
  [{ UTSMode: "host" }, { Hostname: "h" }, "conflicting options: hostname and the UTS mode"]
]

describe("a create request", () => {
  it.effect.each(refusals)("with %j and %j is refused", ([hostConfig, config, message]) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(validate(hostConfig, config))).message, message)
    }))

  it.effect("is refused when its own profile cannot be read", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(validate({ SecurityOpt: ["seccomp={"] }))
      assert.match(message, /^Decoding seccomp profile failed: /)
    }))

  it.effect("has its defaults filled in, as inspect shows them", () =>
    Effect.gen(function*() {
      const { config, hostConfig, warnings } = yield* validate({ Memory: 10 * mebibyte, MemorySwappiness: -1 }, { WorkingDir: "/a/../b/" })
      assert.deepStrictEqual(warnings, [])
      assert.strictEqual(config.WorkingDir, "/b")
      const { CgroupnsMode, IpcMode, LogConfig, MemorySwap, MemorySwappiness, OomKillDisable, RestartPolicy, Runtime, ShmSize } = hostConfig
      assert.deepStrictEqual(
        { CgroupnsMode, IpcMode, LogConfig, MemorySwap, MemorySwappiness, OomKillDisable, RestartPolicy, Runtime, ShmSize },
        {
          CgroupnsMode: "host",
          IpcMode: "private",
          LogConfig: { Type: "json-file", Config: { "max-size": "1m" } },
          MemorySwap: 20 * mebibyte,
          MemorySwappiness: null,
          OomKillDisable: false,
          RestartPolicy: { Name: "no", MaximumRetryCount: 0 },
          Runtime: "runc",
          ShmSize: 64 * mebibyte
        }
      )
      assert.include(hostConfig.MaskedPaths ?? [], "/proc/kcore")
    }))

  it.effect("keeps what it asked for", () =>
    Effect.gen(function*() {
      const { hostConfig } = yield* validate({
        Memory: 10 * mebibyte, MemorySwap: -1, ShmSize: 1, IpcMode: "host", CgroupnsMode: "private", MaskedPaths: [], Runtime: "crun",
        LogConfig: { Type: "local" }, RestartPolicy: { Name: "always" }
      })
      assert.deepInclude(hostConfig, { MemorySwap: -1, ShmSize: 1, IpcMode: "host", CgroupnsMode: "private", Runtime: "crun" })
      assert.deepStrictEqual(hostConfig.MaskedPaths, [])
      assert.deepStrictEqual(hostConfig.LogConfig, { Type: "local", Config: {} })
      const options = yield* validate({ LogConfig: { Config: { "max-file": "3" } } })
      assert.deepStrictEqual(options.hostConfig.LogConfig, { Type: "json-file", Config: { "max-size": "1m", "max-file": "3" } })
    }))

  it.effect("loses what the kernel cannot do, and is told so", () =>
    Effect.gen(function*() {
      const { hostConfig, warnings } = yield* validate({
        Memory: 10 * mebibyte, MemorySwappiness: 5, OomKillDisable: true, PidsLimit: 5, BlkioWeight: 5, CpuPercent: 1,
        NetworkMode: "host", PortBindings: { "80/tcp": null }
      }, {}, bare)
      assert.deepStrictEqual(warnings, [
        "Your kernel does not support swap limit capabilities or the cgroup is not mounted. Memory limited without swap.",
        "Your kernel does not support memory swappiness capabilities or the cgroup is not mounted. Memory swappiness discarded.",
        "Your kernel does not support OomKillDisable. OomKillDisable discarded.",
        "Your kernel does not support PIDs limit capabilities or the cgroup is not mounted. PIDs limit discarded.",
        "linux does not support CPU percent. Percent discarded.",
        "Your kernel does not support Block I/O weight or the cgroup is not mounted. Weight discarded.",
        "Published ports are discarded when using host network mode"
      ])
      assert.deepInclude(hostConfig, { MemorySwap: -1, MemorySwappiness: null, OomKillDisable: false, PidsLimit: null, BlkioWeight: 0, CpuPercent: 0 })
    }))

  it.effect("with another's network may run an image that exposes ports", () =>
    Effect.gen(function*() {
      const image = { ExposedPorts: { "80/tcp": {} } }
      const { message } = yield* Effect.flip(validate({ NetworkMode: "container:x" }, image))
      assert.strictEqual(message, "conflicting options: port exposing and the container type network mode")
      yield* validate({ NetworkMode: "container:x" }, image, host, {})
    }))

  it("to update may raise swap alone", () => {
    assert.isUndefined(validateResources(hostConfigOf({ MemorySwap: 7 * mebibyte }), host, true).refusal)
  })
})
