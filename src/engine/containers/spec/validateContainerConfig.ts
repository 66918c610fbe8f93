import * as Option from "effect/Option"
import type { ContainerConfig } from "../../../model/ContainerConfig.ts"
import type { HealthConfig } from "../../../model/HealthConfig.ts"
import { parseSignal } from "../../../model/Signal.ts"
import { refuseMountTarget } from "./mountTargets.ts"
import { refuseWorkingDirectory } from "./workingDirectory.ts"

const hostnameBytesMax = 64

/** One reason for each part of a configuration that cannot be, in Docker's order. */
export function* refuseContainerConfig(config: ContainerConfig, privileged: boolean): Iterable<string | undefined> {
  yield refuseWorkingDirectory(config.WorkingDir)
  if (config.StopSignal !== "" && Option.isNone(parseSignal(config.StopSignal))) yield `invalid signal: ${config.StopSignal}`
  for (const entry of config.Env ?? []) {
    if (entry === "" || entry.startsWith("=")) yield `invalid environment variable: ${entry}`
  }
  yield* refuseHealthConfig(config.Healthcheck)
  if (new TextEncoder().encode(config.Hostname).length > hostnameBytesMax) {
    yield `hostname ${JSON.stringify(config.Hostname)} is too long (maximum ${hostnameBytesMax} bytes)`
  }
  for (const port of Object.keys(config.ExposedPorts ?? {})) {
    if (!isPort(port)) yield `invalid port specification: ${JSON.stringify(port)}`
  }
  for (const target of Object.keys(config.Volumes ?? {})) yield refuseMountTarget(target, privileged)
}

const millisecond = 1_000_000

function* refuseHealthConfig(health: HealthConfig | null): Iterable<string | undefined> {
  if (health === null) return
  const tooShort = (field: "Interval" | "StartInterval" | "StartPeriod" | "Timeout") =>
    health[field] !== 0 && health[field] < millisecond ? `${field} in Healthcheck cannot be less than 1ms` : undefined
  yield tooShort("Interval")
  yield tooShort("Timeout")
  if (health.Retries < 0) yield "Retries in Healthcheck cannot be negative"
  yield tooShort("StartPeriod")
  yield tooShort("StartInterval")
}

/** `80`, `80/tcp`, or a range of ports. */
export const isPort = (text: string): boolean => {
  const [, first, last = first] = /^(\d{1,5})(?:-(\d{1,5}))?(?:\/(?:tcp|udp|sctp))?$/i.exec(text) ?? []
  return first !== undefined && Number(first) > 0 && Number(first) <= Number(last) && Number(last) <= 65_535
}
