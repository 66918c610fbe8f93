import { type DescMessage, type MessageShape, toBinary } from "@bufbuild/protobuf"

/** The part of `google.protobuf.Any` that is set by hand. */
export interface AnyInit {
  readonly typeUrl: string
  readonly value: Uint8Array
}

/** containerd names types without the usual host in front. */
export const packMessage = <D extends DescMessage>(schema: D, message: MessageShape<D>): AnyInit => ({
  typeUrl: schema.typeName,
  value: toBinary(schema, message)
})

/** OCI's own types travel as JSON under a URL that containerd made up for them. A text is JSON already. */
export const packJson = (kind: "Spec" | "Process" | "LinuxResources", value: unknown): AnyInit => ({
  typeUrl: `types.containerd.io/opencontainers/runtime-spec/1/${kind}`,
  value: encoder.encode(typeof value === "string" ? value : JSON.stringify(value))
})

const encoder = new TextEncoder()
