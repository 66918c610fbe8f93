import { type DescMessage, fromBinary, type MessageShape } from "@bufbuild/protobuf"
import { type ExitStatus, nanosOf, told } from "./ExitStatus.ts"
import {
  ContainerDeleteSchema,
  ContentDeleteSchema,
  TaskDeleteSchema,
  TaskExecStartedSchema,
  TaskExitSchema,
  TaskOOMSchema,
  TaskPausedSchema,
  TaskResumedSchema,
  TaskStartSchema
} from "./generated/events_pb.ts"
import { ImageCreateSchema, ImageDeleteSchema, ImageUpdateSchema } from "./generated/images_pb.ts"
import type { Envelope } from "./generated/types_pb.ts"

interface About {
  readonly containerId: string
  readonly atNanos: bigint
}

/** An exit. `execId` is empty when the container's own task ended. */
export interface Exited extends About {
  readonly _tag: "Exited"
  readonly execId: string
  readonly pid: number
  readonly exit: ExitStatus
}

/**
 * What containerd tells of its own accord, in our namespace. `atNanos` is its clock, since the epoch.
 * `TaskDeleted` of a container's own task is now and then lost, as the shim ends while it tells.
 */
export type ContainerdEvent =
  | Exited
  | (About & { readonly _tag: "Started"; readonly pid: number })
  | (About & { readonly _tag: "ExecStarted"; readonly execId: string; readonly pid: number })
  | (About & { readonly _tag: "OutOfMemory" | "Paused" | "Resumed" | "ContainerDeleted" })
  | (About & { readonly _tag: "TaskDeleted"; readonly execId: string })
  | { readonly _tag: "ImageCreated" | "ImageUpdated" | "ImageDeleted"; readonly name: string; readonly atNanos: bigint }
  | { readonly _tag: "ContentDeleted"; readonly digest: string; readonly atNanos: bigint }

/** What we know by name; the rest of containerd's events says nothing that we act on. */
export const decodeEnvelope = (envelope: Envelope): ContainerdEvent | undefined => {
  const typeName = envelope.event?.typeUrl.slice(envelope.event.typeUrl.lastIndexOf("/") + 1)
  const decoder = typeName === undefined ? undefined : decoders.get(typeName)
  return envelope.event === undefined ? undefined : decoder?.(envelope.event.value, nanosOf(envelope.timestamp))
}

type Decoder = (bytes: Uint8Array, atNanos: bigint) => ContainerdEvent

const decoding = <D extends DescMessage>(
  schema: D,
  toEvent: (message: MessageShape<D>, atNanos: bigint) => ContainerdEvent
): readonly [string, Decoder] => [schema.typeName, (bytes, atNanos) => toEvent(fromBinary(schema, bytes), atNanos)]

/** The events of a task carry its container's id as `id`, those of an exec its own. */
const execIdOf = (message: { readonly id: string; readonly containerId: string }) =>
  message.id === message.containerId ? "" : message.id

const decoders: ReadonlyMap<string, Decoder> = new Map([
  decoding(TaskExitSchema, (exit, atNanos) => ({
    _tag: "Exited",
    containerId: exit.containerId,
    execId: execIdOf(exit),
    pid: exit.pid,
    exit: told("event", exit),
    atNanos
  })),
  decoding(TaskStartSchema, ({ containerId, pid }, atNanos) => ({ _tag: "Started", containerId, pid, atNanos })),
  decoding(TaskExecStartedSchema, ({ containerId, execId, pid }, atNanos) => ({
    _tag: "ExecStarted",
    containerId,
    execId,
    pid,
    atNanos
  })),
  decoding(TaskOOMSchema, ({ containerId }, atNanos) => ({ _tag: "OutOfMemory", containerId, atNanos })),
  decoding(TaskPausedSchema, ({ containerId }, atNanos) => ({ _tag: "Paused", containerId, atNanos })),
  decoding(TaskResumedSchema, ({ containerId }, atNanos) => ({ _tag: "Resumed", containerId, atNanos })),
  decoding(TaskDeleteSchema, (gone, atNanos) => ({
    _tag: "TaskDeleted",
    containerId: gone.containerId,
    execId: gone.id === "" ? "" : execIdOf(gone),
    atNanos
  })),
  decoding(ContainerDeleteSchema, ({ id }, atNanos) => ({ _tag: "ContainerDeleted", containerId: id, atNanos })),
  decoding(ImageCreateSchema, ({ name }, atNanos) => ({ _tag: "ImageCreated", name, atNanos })),
  decoding(ImageUpdateSchema, ({ name }, atNanos) => ({ _tag: "ImageUpdated", name, atNanos })),
  decoding(ImageDeleteSchema, ({ name }, atNanos) => ({ _tag: "ImageDeleted", name, atNanos })),
  decoding(ContentDeleteSchema, ({ digest }, atNanos) => ({ _tag: "ContentDeleted", digest, atNanos }))
])
