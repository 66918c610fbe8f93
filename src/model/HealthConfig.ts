import * as Schema from "effect/Schema"
import { integer, texts } from "./zero.ts"

/** How to find out whether a container is healthy. Times are in nanoseconds; 0 means the default. */
export const HealthConfig = Schema.Struct({
  /** `[]`: the image's; `["NONE"]`: none; `["CMD", …]`, `["CMD-SHELL", line]`. */
  Test: texts,
  Interval: integer,
  Timeout: integer,
  StartPeriod: integer,
  StartInterval: integer,
  Retries: integer
})
export type HealthConfig = typeof HealthConfig.Type
