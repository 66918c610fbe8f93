import * as Schema from "effect/Schema"
import { HostConfig } from "../../model/HostConfig.ts"

/** What a client that sends no `HostConfig` asks for. */
export const zeroHostConfig: HostConfig = Schema.decodeSync(HostConfig)({})
