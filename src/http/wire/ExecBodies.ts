import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { flag, text, texts } from "../../model/zero.ts"

const ConsoleSize = Schema.NullOr(Schema.Tuple([Schema.Int, Schema.Int])).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed(null))
)

/** What a client sends to make an exec. */
export const ExecCreateBody = Schema.Struct({
  User: text,
  Privileged: flag,
  Tty: flag,
  ConsoleSize,
  AttachStdin: flag,
  AttachStderr: flag,
  AttachStdout: flag,
  DetachKeys: text,
  Env: texts,
  WorkingDir: text,
  Cmd: texts
})
export type ExecCreateBody = typeof ExecCreateBody.Type

/** What a client sends to start one. */
export const ExecStartBody = Schema.Struct({ Detach: flag, Tty: flag, ConsoleSize })
export type ExecStartBody = typeof ExecStartBody.Type
