import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import type { ImageRunConfig } from "../../model/ImageConfig.ts"
import type { HealthConfig } from "../../model/HealthConfig.ts"

/**
 * What a client asked, completed with what the image says. An entrypoint of one's own drops the image's command;
 * `Env` is joined by name, the client's entries first; labels, ports and volumes are joined, the client's win.
 */
export const mergeImageConfig = (asked: ContainerConfig, image: ImageRunConfig | null): ContainerConfig =>
  image === null ? { ...asked, Labels: asked.Labels ?? {} } : merge(asked, image)

const merge = (asked: ContainerConfig, image: ImageRunConfig): ContainerConfig => ({
  ...asked,
  ...mergeCommand(asked, image),
  User: asked.User || image.User,
  WorkingDir: asked.WorkingDir || image.WorkingDir,
  StopSignal: asked.StopSignal || image.StopSignal,
  Env: mergeEnv(asked.Env ?? [], image.Env ?? []),
  ExposedPorts: mergeMaps(asked.ExposedPorts, image.ExposedPorts),
  Volumes: mergeMaps(asked.Volumes, image.Volumes),
  Labels: mergeMaps(asked.Labels, image.Labels) ?? {},
  Healthcheck: mergeHealth(asked.Healthcheck, image.Healthcheck),
  Shell: asked.Shell ?? image.Shell,
  OnBuild: asked.OnBuild ?? image.OnBuild
})

const mergeCommand = (asked: ContainerConfig, image: ImageRunConfig): Pick<ContainerConfig, "Entrypoint" | "Cmd"> => {
  const { Cmd, Entrypoint } = asked
  // `[""]` is how clients write an entrypoint that is to be cleared.
  if (Entrypoint?.length === 1 && Entrypoint[0] === "") return { Entrypoint: null, Cmd }
  if (Entrypoint !== null && Entrypoint.length > 0) return { Entrypoint, Cmd }
  return {
    Entrypoint: Entrypoint ?? image.Entrypoint,
    Cmd: Cmd !== null && Cmd.length > 0 ? Cmd : image.Cmd
  }
}

const nameOf = (variable: string) => variable.split("=", 1)[0] ?? variable

const mergeEnv = (asked: ReadonlyArray<string>, image: ReadonlyArray<string>): ReadonlyArray<string> => {
  const names = new Set(asked.map(nameOf))
  return [...asked, ...image.filter((variable) => !names.has(nameOf(variable)))]
}

const mergeMaps = <A>(
  asked: Readonly<Record<string, A>> | null,
  image: Readonly<Record<string, A>> | null
): Readonly<Record<string, A>> | null => asked === null && image === null ? null : { ...image, ...asked }

const mergeHealth = (asked: HealthConfig | null, image: HealthConfig | null): HealthConfig | null => {
  if (asked === null || image === null) return asked ?? image
  return {
    Test: asked.Test !== null && asked.Test.length > 0 ? asked.Test : image.Test,
    Interval: asked.Interval || image.Interval,
    Timeout: asked.Timeout || image.Timeout,
    StartPeriod: asked.StartPeriod || image.StartPeriod,
    StartInterval: asked.StartInterval || image.StartInterval,
    Retries: asked.Retries || image.Retries
  }
}
