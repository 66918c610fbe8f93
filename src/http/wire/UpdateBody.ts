import * as Schema from "effect/Schema"
import { HostConfig, resourceFields } from "../../model/HostConfig.ts"

/** What a client sends to change a container's limits. Fields with Go's zero value stay as they are. */
export const UpdateBody = Schema.Struct({ ...resourceFields, RestartPolicy: HostConfig.fields.RestartPolicy })
export type UpdateBody = typeof UpdateBody.Type
