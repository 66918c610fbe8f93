import * as Context from "effect/Context"
import type { SeccompProfile } from "./containers/spec/SeccompProfile.ts"

/** Where this engine keeps what is its own. All paths are absolute. */
export class EngineHome extends Context.Service<EngineHome, {
  /** Survives a reboot: the store, logs, a container's own files. */
  readonly dataRoot: string
  /** Lives with the kernel: FIFOs, namespaces, sockets. */
  readonly execRoot: string
  /** Stays the same for as long as `dataRoot` does. */
  readonly engineId: string
  readonly snapshotter: string
  /** The init that `--init` puts before a container's process; absent: not found on this machine. */
  readonly initPath: string | undefined
  /** The built-in seccomp profile; absent: none was found, and containers run unconfined. */
  readonly seccomp: SeccompProfile | undefined
}>()("gantry/engine/EngineHome") {}

type Home = EngineHome["Service"]

/** What is kept of a container: its log, `/etc/hosts` and their like. */
export const containerDirectory = (home: Home, id: string) => `${home.dataRoot}/containers/${id}`
/** The FIFOs of one run. */
export const runDirectory = (home: Home, id: string, generation: number) => `${home.execRoot}/io/${id}/run-${generation}`
export const execDirectory = (home: Home, id: string, execId: string) => `${home.execRoot}/io/${id}/exec-${execId}`
export const containerIoDirectory = (home: Home, id: string) => `${home.execRoot}/io/${id}`
