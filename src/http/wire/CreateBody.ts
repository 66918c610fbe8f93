import * as Schema from "effect/Schema"
import { ContainerConfig } from "../../model/ContainerConfig.ts"
import { EndpointsConfig } from "../../model/EndpointSettings.ts"
import { HostConfig } from "../../model/HostConfig.ts"
import { pointerTo, text } from "../../model/zero.ts"

/** What a client sends to make a container. */
export const CreateBody = Schema.Struct({
  ...ContainerConfig.fields,
  /** Of clients before 1.52; an address belongs to an endpoint. */
  MacAddress: text,
  HostConfig: pointerTo(HostConfig),
  NetworkingConfig: pointerTo(Schema.Struct({ EndpointsConfig }))
})
export type CreateBody = typeof CreateBody.Type
