import { create, type DescMessage, type MessageInitShape, toBinary } from "@bufbuild/protobuf"
import { assert, it } from "@effect/vitest"
import { type ContainerdEvent, decodeEnvelope } from "../../../src/containerd/ContainerdEvent.ts"
import { TaskExitSchema, TaskOOMSchema } from "../../../src/containerd/generated/events_pb.ts"
import { ImageCreateSchema } from "../../../src/containerd/generated/images_pb.ts"
import { EnvelopeSchema } from "../../../src/containerd/generated/types_pb.ts"

const envelope = <D extends DescMessage>(schema: D, message: MessageInitShape<D>, host = "") =>
  create(EnvelopeSchema, {
    timestamp: { seconds: 3n, nanos: 7 },
    event: { typeUrl: `${host}${schema.typeName}`, value: toBinary(schema, create(schema, message)) }
  })

it("tells the exit of a task from that of an exec", () => {
  const exit = { containerId: "c", pid: 5, exitStatus: 1, exitedAt: { seconds: 2n, nanos: 1 } }
  const status = { code: 1, exitedAtNanos: 2_000_000_001n, witness: "event" } as const
  assert.deepStrictEqual(decodeEnvelope(envelope(TaskExitSchema, { ...exit, id: "c" })), {
    _tag: "Exited", containerId: "c", execId: "", pid: 5, exit: status, atNanos: 3_000_000_007n
  })
  assert.deepStrictEqual(decodeEnvelope(envelope(TaskExitSchema, { ...exit, id: "e" })), {
    _tag: "Exited", containerId: "c", execId: "e", pid: 5, exit: status, atNanos: 3_000_000_007n
  })
})

it("knows a type by its name, with or without a host before it", () => {
  const event: ContainerdEvent = { _tag: "OutOfMemory", containerId: "c", atNanos: 3_000_000_007n }
  assert.deepStrictEqual(decodeEnvelope(envelope(TaskOOMSchema, { containerId: "c" })), event)
  assert.deepStrictEqual(decodeEnvelope(envelope(TaskOOMSchema, { containerId: "c" }, "type.googleapis.com/")), event)
})

it("reads events about images, and passes over what it does not know", () => {
  assert.deepInclude(decodeEnvelope(envelope(ImageCreateSchema, { name: "a:1" })), { _tag: "ImageCreated", name: "a:1" })
  assert.isUndefined(decodeEnvelope(create(EnvelopeSchema, { event: { typeUrl: "some.Thing", value: new Uint8Array() } })))
  assert.isUndefined(decodeEnvelope(create(EnvelopeSchema, {})))
})
