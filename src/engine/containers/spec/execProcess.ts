import * as Effect from "effect/Effect"
import { consoleSize } from "./buildProcess.ts"
import { capabilityNames, processCapabilities } from "./capabilities.ts"
import { type InvalidHostConfig, refuseFirst } from "./InvalidHostConfig.ts"
import { mergeEnv } from "./mergeEnv.ts"
import type { OciProcess, OciUser } from "./OciSpec.ts"
import { cleanPath } from "./paths.ts"
import { refuseWorkingDirectory } from "./workingDirectory.ts"

/** What a client asks of an exec, with its user resolved. */
export interface ExecInput {
  readonly cmd: ReadonlyArray<string>
  readonly env: ReadonlyArray<string>
  /** `undefined`: the container's own. */
  readonly user: OciUser | undefined
  /** Empty: the container's own. */
  readonly workingDir: string
  readonly privileged: boolean
  readonly tty: boolean
  /** Height and width. */
  readonly consoleSize: readonly [number, number] | undefined
}

/**
 * The process of an exec: the container's first process with another command, and what else was asked. Limits, filter
 * and confinement stay the container's; a privileged exec has every capability the daemon can give.
 */
export const execProcess = (
  template: OciProcess,
  exec: ExecInput,
  host: { readonly capabilities: bigint }
): Effect.Effect<OciProcess, InvalidHostConfig> =>
  Effect.as(refuseFirst([refuseWorkingDirectory(exec.workingDir)]), makeProcess(template, exec, host))

const makeProcess = (template: OciProcess, exec: ExecInput, host: { readonly capabilities: bigint }): OciProcess => {
  const { consoleSize: _container, ...inherited } = template
  const size = consoleSize(exec.tty, exec.consoleSize ?? [])
  const user = exec.user ?? template.user
  const all = capabilityNames(host.capabilities)
  return {
    ...inherited,
    terminal: exec.tty,
    ...(size === undefined ? {} : { consoleSize: size }),
    user,
    args: exec.cmd,
    env: mergeEnv(terminalEnv(template, exec.tty), exec.env),
    cwd: exec.workingDir === "" ? template.cwd : cleanPath(exec.workingDir),
    capabilities: exec.privileged
      ? { bounding: all, effective: all, permitted: all }
      : processCapabilities(template.capabilities.bounding, user.uid)
  }
}

/** `TERM` says whether there is a terminal, and the container's need not be the exec's. */
const terminalEnv = ({ env, terminal }: OciProcess, tty: boolean): ReadonlyArray<string> => {
  const ours = "TERM=xterm"
  if (tty) return env.some((entry) => entry.startsWith("TERM=")) ? env : [...env, ours]
  return terminal ? env.filter((entry) => entry !== ours) : env
}
