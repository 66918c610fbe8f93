import * as Schema from "effect/Schema"

/** The gRPC statuses that somebody acts on; the rest is `Unknown`. */
export const ContainerdReason = Schema.Literals([
  "NotFound",
  "AlreadyExists",
  "FailedPrecondition",
  "InvalidArgument",
  "PermissionDenied",
  "ResourceExhausted",
  "OutOfRange",
  "Aborted",
  "Internal",
  "Unavailable",
  "DeadlineExceeded",
  "Cancelled",
  "Unimplemented",
  "Unknown"
])
export type ContainerdReason = typeof ContainerdReason.Type

/** What containerd answered instead of a reply. `method` is `Tasks/Create` and the like, `message` containerd's own text. */
export class ContainerdError extends Schema.TaggedError<ContainerdError>()("ContainerdError", {
  method: Schema.String,
  reason: ContainerdReason,
  message: Schema.String
}) {}

/** True for a failure after which the same call may well succeed: the connection, not the request, was at fault. */
export const isConnectionLoss = (error: ContainerdError): boolean =>
  error.reason === "Unavailable" || error.reason === "Cancelled" || error.reason === "DeadlineExceeded"
