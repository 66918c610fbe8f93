import * as Schema from "effect/Schema"
import { EndpointState } from "../model/EndpointSettings.ts"
import { NetavarkRequest } from "./NetavarkRequest.ts"

/** A container's network while it runs: a namespace, and an endpoint for each network in it. */
export const Attachment = Schema.Struct({
  containerId: Schema.String,
  /** 64 hexadecimal digits: Docker's `SandboxID`. */
  sandboxId: Schema.String,
  /** Where the namespace is pinned, for the OCI spec: Docker's `SandboxKey`. Empty if the pin was lost. */
  netnsPath: Schema.String,
  /** By network name; empty for mode `none`. */
  endpoints: Schema.Record(Schema.String, EndpointState),
  /** Resolvers of the networks themselves; empty: the host's are to be used. */
  dnsServers: Schema.Array(Schema.String)
})
export type Attachment = typeof Attachment.Type

/** What is written down before an attachment is made, and removed after it is unmade. */
export const AttachmentRecord = Schema.Struct({
  attachment: Attachment,
  /** Teardown wants what setup got. Absent for mode `none`. */
  request: Schema.optionalKey(NetavarkRequest)
})
export type AttachmentRecord = typeof AttachmentRecord.Type
