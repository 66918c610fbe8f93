import * as Schema from "effect/Schema"
import { HealthConfig } from "./HealthConfig.ts"
import { flag, flagOrNull, integerOrNull, nameSet, pointerTo, text, textMap, texts } from "./zero.ts"

/**
 * What runs in a container, in the words of Docker's API (`Config`): asked for by a client, or merged with its
 * image's. There is no MAC address here: it belongs to an endpoint.
 */
export const ContainerConfig = Schema.Struct({
  Hostname: text,
  Domainname: text,
  /** `user`, `uid`, `user:group`, `uid:gid`; empty is root. */
  User: text,
  AttachStdin: flag,
  AttachStdout: flag,
  AttachStderr: flag,
  ExposedPorts: nameSet,
  Tty: flag,
  OpenStdin: flag,
  /** The first attached client's end of input ends the process's. */
  StdinOnce: flag,
  /** `NAME=value`; `NAME` alone removes the variable. */
  Env: texts,
  Cmd: texts,
  Healthcheck: pointerTo(HealthConfig),
  ArgsEscaped: flag,
  /** The image as the client named it. */
  Image: text,
  Volumes: nameSet,
  WorkingDir: text,
  /** `null`: the image's; `[]` or `[""]`: none. */
  Entrypoint: texts,
  NetworkDisabled: flagOrNull,
  OnBuild: texts,
  Labels: textMap,
  StopSignal: text,
  /** Seconds; `null`: the daemon's default; negative: without limit. */
  StopTimeout: integerOrNull,
  Shell: texts
})
export type ContainerConfig = typeof ContainerConfig.Type
