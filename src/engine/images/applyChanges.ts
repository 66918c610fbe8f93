import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { InvalidRequest } from "../containers/ContainerFailures.ts"

/** What `docker import --change` may say about an image, in OCI's words. */
export interface ChangedConfig {
  User?: string
  ExposedPorts?: Record<string, object>
  Env?: Array<string>
  Entrypoint?: ReadonlyArray<string>
  Cmd?: ReadonlyArray<string>
  Volumes?: Record<string, object>
  WorkingDir?: string
  Labels?: Record<string, string>
  StopSignal?: string
  OnBuild?: Array<string>
}

const decodeWords = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Array(Schema.String)))

/** Applies Dockerfile instructions to an empty configuration, in their order. */
export const applyChanges = (changes: ReadonlyArray<string>): Effect.Effect<ChangedConfig, InvalidRequest> =>
  Effect.gen(function*() {
    const config: ChangedConfig = {}
    for (const change of changes) {
      const [, word = "", rest = ""] = /^\s*(\S+)\s*(.*)$/s.exec(change) ?? []
      const apply = instructions[word.toUpperCase()]
      const message = apply === undefined
        ? `${word.toUpperCase()} is not a valid change command`
        : rest.trim() === "" ? `${word.toUpperCase()} requires at least one argument` : apply(config, rest.trim())
      if (message !== undefined) return yield* new InvalidRequest({ message })
    }
    return config
  })

/** Each gives a message when the argument is no good. */
const instructions: Readonly<Record<string, (config: ChangedConfig, argument: string) => string | undefined>> = {
  CMD: (config, argument) => void (config.Cmd = commandOf(argument)),
  ENTRYPOINT: (config, argument) => void (config.Entrypoint = commandOf(argument)),
  USER: (config, argument) => void (config.User = argument),
  STOPSIGNAL: (config, argument) => void (config.StopSignal = argument),
  ONBUILD: (config, argument) => void (config.OnBuild ??= []).push(argument),
  WORKDIR: (config, argument) =>
    void (config.WorkingDir = argument.startsWith("/") ? argument : `${config.WorkingDir ?? ""}/${argument}`),
  EXPOSE: (config, argument) => {
    config.ExposedPorts ??= {}
    for (const port of argument.split(/\s+/)) {
      if (!/^\d{1,5}(?:-\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/.test(port)) return `invalid containerPort: ${port}`
      config.ExposedPorts[port.includes("/") ? port : `${port}/tcp`] = {}
    }
    return undefined
  },
  VOLUME: (config, argument) => {
    config.Volumes ??= {}
    for (const path of Option.getOrElse(decodeWords(argument), () => argument.split(/\s+/))) {
      if (path === "") return "VOLUME specified can not be an empty string"
      config.Volumes[path] = {}
    }
    return undefined
  },
  ENV: (config, argument) => {
    for (const [name, value] of pairsOf(argument)) {
      if (name === "") return "ENV names can not be blank"
      config.Env = [...(config.Env ?? []).filter((entry) => !entry.startsWith(`${name}=`)), `${name}=${value}`]
    }
    return undefined
  },
  LABEL: (config, argument) => {
    for (const [name, value] of pairsOf(argument)) {
      if (name === "") return "LABEL names can not be blank"
      config.Labels = { ...config.Labels, [name]: value }
    }
    return undefined
  }
}

/** A JSON list, or a line for the shell. */
const commandOf = (argument: string): ReadonlyArray<string> =>
  Option.getOrElse(decodeWords(argument), () => ["/bin/sh", "-c", argument])

/** `A=b C="d e"`, or the old `A the rest`. */
const pairsOf = (argument: string): ReadonlyArray<readonly [string, string]> => {
  const [first = "", ...rest] = argument.split(/\s+/)
  if (!first.includes("=")) return [[first, rest.join(" ")]]
  return [...argument.matchAll(/([^\s=]*)=("(?:[^"\\]|\\.)*"|'[^']*'|(?:[^\s\\]|\\.)*)/g)].map(([, name = "", value = ""]) =>
    [name, unquoted(value)] as const)
}

const unquoted = (value: string): string => {
  if (value.startsWith("'")) return value.slice(1, -1)
  const inner = value.startsWith("\"") ? value.slice(1, -1) : value
  return inner.replace(/\\(.)/g, "$1")
}
