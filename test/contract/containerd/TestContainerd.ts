import { spawnSync } from "node:child_process"
import * as Fs from "node:fs"
import * as Os from "node:os"
import * as Path from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { Context, Effect, Layer } from "effect"
import * as Daemon from "../../../src/containerd/Daemon.ts"

const stack = process.env["GANTRY_STACK"] ?? Path.resolve(import.meta.dirname, "../../../.stack")

/** A containerd that belongs to one test file, in a folder of its own; all that is left of it goes with the layer. */
export class TestContainerd extends Context.Service<TestContainerd, {
  readonly folder: string
  readonly stackBin: string
  /** Unique to this containerd: the cgroup folder, the runtime's root. */
  readonly name: string
  readonly options: Daemon.DaemonOptions & { readonly namespace: string }
}>()("test/TestContainerd") {
  static readonly folder = Layer.effect(
    TestContainerd,
    Effect.acquireRelease(
      Effect.sync(() => {
        const folder = Fs.mkdtempSync(Path.join(Os.tmpdir(), "gantry-cd-"))
        const address = Path.join(folder, "c.sock")
        return {
          folder,
          stackBin: Path.join(stack, "bin"),
          name: Path.basename(folder),
          options: {
            binary: Path.join(stack, "bin/containerd"),
            stackBin: Path.join(stack, "bin"),
            root: Path.join(folder, "root"),
            state: Path.join(folder, "state"),
            address,
            logFile: Path.join(folder, "containerd.log"),
            namespace: "gantry"
          }
        }
      }),
      ({ folder, name, options }) => Effect.promise(() => sweep(folder, name, options.address))
    )
  )

  /** The folder, containerd in it, and the event feed. */
  static readonly layer = Layer.unwrap(Effect.map(TestContainerd, ({ options }) => Daemon.embedded(options))).pipe(
    Layer.provideMerge(TestContainerd.folder)
  )
}

/** Ends the shims that name our socket and what runs below them, then takes away mounts, cgroups and files. */
const sweep = async (folder: string, name: string, address: string) => {
  const shims = processes().filter(({ argv }) => (argv[0] ?? "").endsWith("containerd-shim-runc-v2") && argv.includes(address))
  const inits = initPids(folder)
  for (const pid of [...inits, ...shims.map(({ pid }) => pid)]) kill(pid)
  for (let tries = 0; tries < 100 && shims.some(({ pid }) => running(pid)); tries++) await sleep(20)
  const mounts = Fs.readFileSync("/proc/self/mounts", "utf8").split("\n").map((line) => line.split(" ")[1] ?? "")
  for (const mount of mounts.filter((at) => at.startsWith(`${folder}/`)).reverse()) unmount(mount)
  for (const controller of Fs.readdirSync("/sys/fs/cgroup")) removeCgroups(Path.join("/sys/fs/cgroup", controller, name))
  Fs.rmSync(folder, { recursive: true, force: true })
}

const processes = () =>
  Fs.readdirSync("/proc").filter((entry) => /^\d+$/.test(entry)).flatMap((entry) => {
    try {
      return [{ pid: Number(entry), argv: Fs.readFileSync(`/proc/${entry}/cmdline`, "utf8").split("\0") }]
    } catch {
      return []
    }
  })

/** The first processes of containers that were not deleted. The number may have been given out again: mounts tell. */
const initPids = (folder: string) => {
  const bundles = Path.join(folder, "state/io.containerd.runtime.v2.task/gantry")
  if (!Fs.existsSync(bundles)) return []
  return Fs.readdirSync(bundles).flatMap((id) => {
    const file = Path.join(bundles, id, "init.pid")
    const pid = Fs.existsSync(file) ? Number(Fs.readFileSync(file, "utf8")) : 0
    const mountinfo = `/proc/${pid}/mountinfo`
    return pid > 1 && Fs.existsSync(mountinfo) && Fs.readFileSync(mountinfo, "utf8").includes(folder) ? [pid] : []
  })
}

const kill = (pid: number) => {
  try {
    process.kill(pid, "SIGKILL")
  } catch {
    // It ended by itself.
  }
}

const running = (pid: number) => {
  try {
    return !Fs.readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")
  } catch {
    return false
  }
}


const unmount = (at: string) => spawnSync("umount", ["-l", at])

const removeCgroups = (folder: string) => {
  if (!Fs.existsSync(folder)) return
  for (const entry of Fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) removeCgroups(Path.join(folder, entry.name))
  }
  try {
    Fs.rmdirSync(folder)
  } catch {
    // A process is still leaving it.
  }
}
