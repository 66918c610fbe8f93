import * as Schema from "effect/Schema"
import { HealthConfig } from "./HealthConfig.ts"
import { flag, integerOrNull, listOf, nameSet, pointerTo, text, textMap, texts } from "./zero.ts"

/** How an image wants to be run: `config` of an OCI image configuration, with Docker's extensions. */
export const ImageRunConfig = Schema.Struct({
  User: text,
  ExposedPorts: nameSet,
  Env: texts,
  Entrypoint: texts,
  Cmd: texts,
  Volumes: nameSet,
  WorkingDir: text,
  Labels: textMap,
  StopSignal: text,
  ArgsEscaped: flag,
  Healthcheck: pointerTo(HealthConfig),
  OnBuild: texts,
  StopTimeout: integerOrNull,
  Shell: texts
})
export type ImageRunConfig = typeof ImageRunConfig.Type

export const ImageHistoryEntry = Schema.Struct({
  created: text,
  created_by: text,
  author: text,
  comment: text,
  empty_layer: flag
})
export type ImageHistoryEntry = typeof ImageHistoryEntry.Type

/** An OCI image configuration: the platform, how to run it, and the layers by the digest of their uncompressed form. */
export const ImageConfig = Schema.Struct({
  created: text,
  author: text,
  comment: text,
  docker_version: text,
  architecture: text,
  os: text,
  variant: text,
  "os.version": text,
  config: pointerTo(ImageRunConfig),
  rootfs: Schema.Struct({ type: text, diff_ids: listOf(Schema.String) }),
  history: listOf(ImageHistoryEntry)
})
export type ImageConfig = typeof ImageConfig.Type
