import * as Effect from "effect/Effect"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"

/** `HostConfig.SecurityOpt`, read. A field that was not given is absent: the daemon's default holds. */
export interface SecurityOptions {
  readonly noNewPrivileges?: boolean
  /** `unconfined`, `builtin`, or a profile's JSON. */
  readonly seccomp?: string
  readonly apparmor?: string
  readonly writableCgroups?: boolean
}

/** Reads `name=value`, the older `name:value`, and the bare `no-new-privileges`. Labels say nothing without SELinux. */
export const parseSecurityOptions = (
  options: ReadonlyArray<string> | null
): Effect.Effect<SecurityOptions, InvalidHostConfig> => {
  let read: SecurityOptions = {}
  for (const option of options ?? []) {
    if (option === "disable") continue
    const bare = option === "no-new-privileges"
    const [, name, value] = bare ? [option, option, "true"] : (/^([^=:]*)[=:](.*)$/s.exec(cutFirst(option)) ?? [])
    if (name === undefined || value === undefined) return invalid(`invalid --security-opt 1: ${JSON.stringify(option)}`)
    const next = assign(read, name, value)
    if (next === undefined) return invalid(`invalid --security-opt 2: ${JSON.stringify(option)}`)
    read = next
  }
  return Effect.succeed(read)
}

/** An equals sign anywhere makes it the separator, whatever colons come before it. */
const cutFirst = (option: string): string => {
  const equals = option.indexOf("=")
  return equals < 0 ? option : `${option.slice(0, equals).replaceAll(":", "\u0000")}${option.slice(equals)}`
}

const assign = (read: SecurityOptions, name: string, value: string): SecurityOptions | undefined => {
  switch (name) {
    case "label":
      return read
    case "apparmor":
      return { ...read, apparmor: value }
    case "seccomp":
      return { ...read, seccomp: value }
    case "no-new-privileges": {
      const noNewPrivileges = parseBool(value)
      return noNewPrivileges === undefined ? undefined : { ...read, noNewPrivileges }
    }
    case "writable-cgroups": {
      const writableCgroups = parseBool(value)
      return writableCgroups === undefined ? undefined : { ...read, writableCgroups }
    }
    default:
      return undefined
  }
}

/** As Go's `strconv.ParseBool`. */
const parseBool = (text: string): boolean | undefined => {
  if (["1", "t", "T", "TRUE", "true", "True"].includes(text)) return true
  return ["0", "f", "F", "FALSE", "false", "False"].includes(text) ? false : undefined
}

/** The AppArmor profile of a process; none where the kernel has no AppArmor, whatever was asked. */
export const apparmorProfile = (
  security: SecurityOptions,
  privileged: boolean,
  host: { readonly apparmor: boolean }
): string | undefined => {
  if (!host.apparmor) return undefined
  return security.apparmor ?? (privileged ? "unconfined" : "docker-default")
}
