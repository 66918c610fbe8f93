import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import { omitEmpty } from "./omitEmpty.ts"

const omitted = new Set(["ExposedPorts", "ArgsEscaped", "NetworkDisabled", "Healthcheck", "StopSignal", "Shell"])
const omittedOfHealth = new Set(["Test", "Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"])

/** `Config` as inspect shows it, keys in Docker's order. `containerMac` is for clients that know no better. */
export const containerConfigJson = (config: ContainerConfig, containerMac: string): object => {
  const health = config.Healthcheck === null ? null : omitEmpty(config.Healthcheck, omittedOfHealth)
  const { Labels, OnBuild, Shell, StopSignal, StopTimeout, ...rest } = config
  const tail = {
    OnBuild,
    Labels: Labels ?? {},
    StopSignal,
    ...(StopTimeout === null ? {} : { StopTimeout }),
    Shell
  }
  return {
    ...omitEmpty({ ...rest, Healthcheck: health }, omitted),
    ...(containerMac === "" ? {} : { MacAddress: containerMac }),
    ...omitEmpty(tail, omitted)
  }
}
