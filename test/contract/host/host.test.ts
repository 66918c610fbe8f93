import { NodeServices } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { spawn } from "node:child_process"
import { randomBytes } from "node:crypto"
import { existsSync, mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from "node:fs"
import { cgroupDirectory, containerPids } from "../../../src/host/cgroups.ts"
import { HostDevices } from "../../../src/host/HostDevices.ts"
import { HostFacts } from "../../../src/host/HostFacts.ts"
import { HostMounts } from "../../../src/host/HostMounts.ts"
import { listProcesses } from "../../../src/host/listProcesses.ts"
import { loadSeccompProfile } from "../../../src/host/loadSeccompProfile.ts"
import { eventually } from "../../support/realTime.ts"
import { runOrDie } from "../../support/runProcess.ts"
import { mountsBelow, tempDirectory } from "../../support/tempDirectory.ts"

const services = Layer.mergeAll(HostFacts.layer, HostDevices.layer, HostMounts.layer).pipe(Layer.provideMerge(NodeServices.layer))

const sleeper = Effect.acquireRelease(
  Effect.sync(() => spawn("sleep", ["60"], { stdio: "ignore" })),
  (child) => Effect.sync(() => child.kill("SIGKILL"))
)

layer(services)("this host", (it) => {
  it.effect("is known by what its own programs tell", () =>
    Effect.gen(function*() {
      const facts = yield* HostFacts
      const uname = (yield* runOrDie("uname", ["-n", "-r", "-m"])).stdout.trim().split(" ")
      assert.deepStrictEqual([facts.hostname, facts.kernelVersion, facts.machine], uname)
      assert.strictEqual(String(facts.cpus), (yield* runOrDie("nproc", [])).stdout.trim())
      assert.include(readFileSync("/etc/os-release", "utf8"), facts.osName)
      const memory = readFileSync("/proc/meminfo", "utf8")
      assert.include(memory, `${facts.memoryBytes / 1024} kB`)
      assert.match(facts.cpuSet, /^\d/)
    }))

  it.effect("has the limits whose files are there", () =>
    Effect.gen(function*() {
      const { cgroups, limits } = yield* HostFacts
      const file = (controller: string, name: string) =>
        existsSync(`${cgroups.mounts.get(controller) ?? "/nowhere"}/${name}`) || cgroups.version === 2
      assert.strictEqual(limits.memory, cgroups.controllers.has("memory"))
      assert.strictEqual(limits.blkioWeight, file("blkio", "blkio.weight"))
      assert.strictEqual(limits.cpuCfs, file("cpu", "cpu.cfs_quota_us"))
      assert.strictEqual(cgroups.hybrid, cgroups.version === 1 && existsSync("/sys/fs/cgroup/unified/cgroup.controllers"))
    }))

  it.effect("has devices, alone and by the directory", () =>
    Effect.gen(function*() {
      const devices = yield* HostDevices
      assert.deepStrictEqual(yield* devices.find("/dev/null", "/dev/nothing", "r"), [
        { path: "/dev/nothing", type: "c", major: 1, minor: 3, fileMode: statSync("/dev/null").mode & 0o777, uid: 0, gid: 0, access: "r" }
      ])
      const directory = yield* tempDirectory("devices")
      mkdirSync(`${directory}/deep`)
      writeFileSync(`${directory}/file`, "")
      yield* runOrDie("mknod", [`${directory}/deep/wide`, "b", "259", "70000"])
      const found = yield* devices.find(directory, "/dev/x", "rw")
      assert.deepStrictEqual(found.map(({ access, major, minor, path, type }) => ({ access, major, minor, path, type })), [
        { access: "rw", major: 259, minor: 70000, path: "/dev/x/deep/wide", type: "b" }
      ])
      assert.deepStrictEqual((yield* devices.numbers([`${directory}/deep/wide`])).get(`${directory}/deep/wide`), { major: 259, minor: 70000 })
      const missing = yield* Effect.flip(devices.find("/dev/none", "", "rwm"))
      assert.strictEqual(
        missing.message,
        "error gathering device information while adding custom device \"/dev/none\": no such file or directory"
      )
      assert.strictEqual((yield* Effect.flip(devices.find(`${directory}/file`, "", "rwm"))).reason, "not a device node")
      const all = yield* devices.all
      assert.isTrue(all.some(({ path }) => path === "/dev/null"))
      assert.isFalse(all.some(({ path }) => path.startsWith("/dev/pts/") || path === "/dev/console"))
    }))

  it.effect("mounts shared memory once, and takes it away", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory("shm")
      const mounts = yield* HostMounts
      const shm = `${directory}/a/shm`
      yield* mounts.mountShm(shm, 1024 ** 2)
      yield* mounts.mountShm(shm, 1024 ** 2)
      assert.deepStrictEqual(yield* mounts.below(directory), [shm])
      assert.strictEqual(statSync(shm).mode & 0o7777, 0o1777)
      assert.include((yield* runOrDie("findmnt", ["-n", "-o", "OPTIONS", shm])).stdout, "size=1024k")
      yield* mounts.unmount(shm)
      yield* mounts.unmount(shm)
      assert.deepStrictEqual(mountsBelow(directory), [])
    }))

  it.effect("tells a container's processes by its cgroup, nested groups too", () =>
    Effect.gen(function*() {
      const { cgroups } = yield* HostFacts
      const path = `/gantry-test-${randomBytes(4).toString("hex")}`
      const directory = cgroupDirectory(cgroups, path, "pids") ?? ""
      const [outer, inner] = [yield* sleeper, yield* sleeper]
      yield* Effect.acquireRelease(
        Effect.sync(() => mkdirSync(`${directory}/nested`, { recursive: true })),
        () => {
          outer.kill("SIGKILL")
          inner.kill("SIGKILL")
          const empty = () => containerPids(cgroups, path).pipe(Effect.map((pids) => pids.length === 0 ? true : undefined))
          return Effect.andThen(eventually("the group to be empty", Effect.suspend(empty)), Effect.sync(() => {
            rmdirSync(`${directory}/nested`)
            rmdirSync(directory)
          }))
        }
      )
      writeFileSync(`${directory}/cgroup.procs`, String(outer.pid))
      writeFileSync(`${directory}/nested/cgroup.procs`, String(inner.pid))
      const pids = yield* containerPids(cgroups, path)
      assert.sameMembers([...pids], [outer.pid, inner.pid])
      const { Processes, Titles } = yield* listProcesses(pids, "")
      assert.deepStrictEqual(Titles, ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"])
      assert.deepStrictEqual(Processes.map((row) => row[7]), ["sleep 60", "sleep 60"])
      const chosen = yield* listProcesses([outer.pid ?? 0], "axo pid,args f")
      assert.deepStrictEqual(chosen.Titles, ["PID", "COMMAND"])
      assert.lengthOf(chosen.Processes, 1)
    }))

  it.effect("refuses columns of ps that would show others' processes", () =>
    Effect.gen(function*() {
      const message = (args: string) => Effect.map(Effect.flip(listProcesses([1], args)), (failure) => failure.message)
      assert.strictEqual(yield* message("-o ppid=PID"), "specifying \"ppid=PID\" is not allowed")
      assert.strictEqual(yield* message("-o comm"), "Couldn't find PID field in ps output")
      assert.match(yield* message("--bogus"), /^ps: error: unknown gnu long option|^ps: /)
    }))

  it.effect("has paths for cgroups of either driver and version", () =>
    Effect.gen(function*() {
      const { cgroups } = yield* HostFacts
      const unified = { ...cgroups, version: 2, unified: "/sys/fs/cgroup" } as const
      assert.strictEqual(cgroupDirectory(unified, "/gantry/a", "memory"), "/sys/fs/cgroup/gantry/a")
      assert.strictEqual(
        cgroupDirectory(unified, "my-own.slice:gantry:a", "memory"),
        "/sys/fs/cgroup/my.slice/my-own.slice/gantry-a.scope"
      )
      assert.isUndefined(cgroupDirectory({ ...cgroups, version: 1, mounts: new Map() }, "/gantry/a", "memory"))
    }))

  it.effect("says which seccomp profile it could not read", () =>
    Effect.gen(function*() {
      const { message } = yield* Effect.flip(loadSeccompProfile("/nowhere/profile.json"))
      assert.match(message, /^opening seccomp profile \(\/nowhere\/profile.json\) failed: /)
    }))
})
