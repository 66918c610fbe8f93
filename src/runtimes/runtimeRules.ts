import type { RuntimeDefinition } from "../model/RuntimeDefinition.ts"

/** The shim of runc and of everything that has runc's command line. */
export const runcShim = "io.containerd.runc.v2"

/** Why a runtime can't be configured under `name`; nothing if it can. */
const badName = (name: string): string | undefined => {
  if (name === "runc") return "runtime name 'runc' is reserved"
  if (name === "" || name === "." || name === ".." || new TextEncoder().encode(name).length > 128 || !/^[\x21-\x2e\x30-\x7e]+$/.test(name)) {
    return `invalid runtime name ${JSON.stringify(name)}: up to 128 printable characters, without blanks and slashes`
  }
  return undefined
}

/** Why a definition can't be, in Docker's words; nothing if it can. */
export const badDefinition = (name: string, definition: RuntimeDefinition): string | undefined => {
  const { options = {}, path = "", runtimeArgs = [], runtimeType = "" } = definition
  const wrong = badName(name)
  if (wrong !== undefined) return wrong
  if (path === "" && runtimeType === "") return `runtime ${name}: either a runtimeType or a path must be configured`
  if (path !== "" && runtimeType !== "") {
    return `runtime ${name}: cannot configure both path and runtimeType for the same runtime`
  }
  if (path !== "" && Object.keys(options).length > 0) return `runtime ${name}: options cannot be used with a path runtime`
  if (runtimeType !== "" && runtimeArgs.length > 0) {
    return `runtime ${name}: args cannot be used with a runtimeType runtime`
  }
  return undefined
}

/**
 * Whether a name that nobody configured may be handed to containerd as a shim's. A slash would let every client run a
 * program of its choice as root.
 */
export const isShimName = (name: string): boolean =>
  name.includes(".") && !name.includes("/") && !name.startsWith(".") && badName(name) === undefined
