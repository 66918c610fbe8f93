import { boundingCapabilities, processCapabilities } from "./capabilities.ts"
import { initTarget, wantsInit } from "./init.ts"
import { mergeEnv } from "./mergeEnv.ts"
import type { OciProcess } from "./OciSpec.ts"
import { cleanPath } from "./paths.ts"
import { apparmorProfile, type SecurityOptions } from "./securityOptions.ts"
import type { ProcessInput } from "./SpecInput.ts"
import { rlimits } from "./ulimits.ts"

const defaultPath = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

/** A container's first process; an exec takes it as its template (`execProcess`). */
export const buildProcess = (input: ProcessInput, security: SecurityOptions): OciProcess => {
  const { defaults, host, record: { args, config, hostConfig, path }, user } = input
  const command = [path, ...args]
  const apparmor = apparmorProfile(security, hostConfig.Privileged, host)
  const limits = rlimits(hostConfig.Ulimits, defaults.ulimits)
  const size = consoleSize(config.Tty, hostConfig.ConsoleSize)
  return {
    terminal: config.Tty,
    ...(size === undefined ? {} : { consoleSize: size }),
    user,
    args: wantsInit(hostConfig, defaults) ? [initTarget, "--", ...command] : command,
    env: containerEnv(config, host.hostname),
    cwd: cleanPath(config.WorkingDir),
    capabilities: processCapabilities(boundingCapabilities(hostConfig, host.capabilities), user.uid),
    ...(limits.length === 0 ? {} : { rlimits: limits }),
    noNewPrivileges: security.noNewPrivileges ?? defaults.noNewPrivileges,
    ...(apparmor === undefined ? {} : { apparmorProfile: apparmor }),
    oomScoreAdj: hostConfig.OomScoreAdj
  }
}

/** `[height, width]`; `[0, 0]`, which clients send by habit, says nothing. */
export const consoleSize = (tty: boolean, [height = 0, width = 0]: ReadonlyArray<number>) =>
  tty && height > 0 && width > 0 ? { height, width } : undefined

/** What every process of a container finds in its environment, whether inspect shows it or not. */
export const containerEnv = (
  config: { readonly Env: ReadonlyArray<string> | null; readonly Hostname: string; readonly Tty: boolean },
  hostname: string
): ReadonlyArray<string> =>
  mergeEnv(
    [defaultPath, `HOSTNAME=${config.Hostname === "" ? hostname : config.Hostname}`, ...(config.Tty ? ["TERM=xterm"] : [])],
    config.Env ?? []
  )
