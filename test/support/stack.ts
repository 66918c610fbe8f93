import { resolve } from "node:path"

/** The top of the clone. */
export const projectRoot = resolve(import.meta.dirname, "../..")

/** Where the programs below Gantry are: `bin`, `lib`, `share`. `npm test` puts them there. */
export const stackRoot = process.env["GANTRY_STACK"] ?? resolve(projectRoot, ".stack")

export type StackProgram =
  | "aardvark-dns" | "busybox" | "containerd" | "containerd-shim-runc-v2" | "crun" | "ctr" | "docker" | "docker-compose"
  | "docker-init" | "docker-registry" | "netavark" | "nft" | "runc"

/** The path of a program of the stack. */
export const stackProgram = (name: StackProgram) => resolve(stackRoot, "bin", name)

/** PATH for programs that look for others of the stack: containerd for its shim, netavark for nft. */
export const stackPath = `${resolve(stackRoot, "bin")}:${process.env["PATH"] ?? "/usr/sbin:/usr/bin:/sbin:/bin"}`
