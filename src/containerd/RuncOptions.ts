import { create } from "@bufbuild/protobuf"
import { OptionsSchema } from "./generated/runc_options_pb.ts"
import { type AnyInit, packMessage } from "./packAny.ts"

/** What containerd's runc shim is told for one container. Other shims get none. */
export interface RuncOptions {
  /** The OCI runtime, or the wrapper script that leads to it. */
  readonly binaryName: string
  /** Where the runtime keeps its state. Its default is shared by all containerds of a machine. */
  readonly root: string
  readonly systemdCgroup?: boolean
  /** Owner of the ends of a container's streams, for user namespaces. */
  readonly ioUid?: number
  readonly ioGid?: number
}

export const pack = (options: RuncOptions): AnyInit => packMessage(OptionsSchema, create(OptionsSchema, options))
