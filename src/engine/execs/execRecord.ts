import * as Effect from "effect/Effect"
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
    consoleSize: Schema.NullOr(Schema.Tuple([Schema.Int, Schema.Int]))
  }),
  running: Schema.Boolean,
  started: Schema.Boolean,
  exitCode: Schema.NullOr(Schema.Int),
  pid: Schema.Int
}))

const encode = Schema.encodeSync(ExecRecord)
const decode = Schema.decodeUnknownEffect(ExecRecord)

/** What the store keeps of an exec that runs. */
export const encodeExec = (view: ExecView): string =>
  encode({ ...view, config: { ...view.config, consoleSize: view.config.consoleSize ?? null } })

export const decodeExec = (text: string): Effect.Effect<ExecView, Schema.SchemaError> =>
  Effect.map(decode(text), (view) => ({
    ...view,
    config: { ...view.config, consoleSize: view.config.consoleSize ?? undefined }
  }))
