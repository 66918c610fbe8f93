import * as Schema from "effect/Schema"
import type { ExecView } from "./Execs.ts"

const Texts = Schema.Array(Schema.String)

const ExecRecord = Schema.fromJsonString(Schema.Struct({
  id: Schema.String,
  containerId: Schema.String,
  config: Schema.Struct({
    cmd: Texts,
    env: Texts,
    user: Schema.String,
    workingDir: Schema.String,
    privileged: Schema.Boolean,
    tty: Schema.Boolean,
    attachStdin: Schema.Boolean,
    attachStdout: Schema.Boolean,
    attachStderr: Schema.Boolean,
    detachKeys: Schema.String,
    consoleSize: Schema.UndefinedOr(Schema.Tuple([Schema.Int, Schema.Int]))
  }),
  running: Schema.Boolean,
  started: Schema.Boolean,
  exitCode: Schema.NullOr(Schema.Int),
  pid: Schema.Int
}))

/** What the store keeps of an exec that runs. */
export const encodeExec: (view: ExecView) => string = Schema.encodeSync(ExecRecord)
export const decodeExec = Schema.decodeUnknownEffect(ExecRecord)
