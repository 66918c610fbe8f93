import type { Timestamp } from "@bufbuild/protobuf/wkt"

/**
 * How a process ended. `witness` says who told: the held `Wait`, an event, a list read after a reconnect,
 * the reply of a delete, or nobody (`none`): then code and time are assumed.
 */
export interface ExitStatus {
  readonly code: number
  /** Nanoseconds since the epoch. */
  readonly exitedAtNanos: bigint
  readonly witness: "wait" | "event" | "list" | "delete" | "none"
}

/** The code of an exit that nobody saw. */
export const codeUnknown = 255
/** The code of a process that went down with its shim or its container. */
export const codeKilled = 137

export const nanosOf = (time: Timestamp | undefined): bigint =>
  time === undefined ? 0n : time.seconds * 1_000_000_000n + BigInt(time.nanos)

export const told = (
  witness: ExitStatus["witness"],
  reply: { readonly exitStatus: number; readonly exitedAt?: Timestamp | undefined }
): ExitStatus => ({ code: reply.exitStatus, exitedAtNanos: nanosOf(reply.exitedAt), witness })
