import * as Schema from "effect/Schema"

const absent = <S extends Schema.Constraint>(schema: S) => Schema.optionalKey(Schema.NullOr(schema))
const names = absent(Schema.Array(Schema.String))
const Condition = Schema.Struct({ caps: names, arches: names, minKernel: absent(Schema.String) })
export type SeccompCondition = typeof Condition.Type

const Argument = Schema.Struct({
  index: Schema.Int,
  value: Schema.Int,
  valueTwo: absent(Schema.Int),
  op: Schema.String
})

const Rule = Schema.Struct({
  name: absent(Schema.String),
  names,
  action: Schema.String,
  errnoRet: absent(Schema.Int),
  args: absent(Schema.Array(Argument)),
  includes: absent(Condition),
  excludes: absent(Condition)
})
export type SeccompRule = typeof Rule.Type

/**
 * A seccomp profile in the form that Docker and Podman share: the runtime's, with conditions on capabilities,
 * architecture and kernel, which no runtime knows. `compileSeccomp` resolves them.
 */
export const SeccompProfile = Schema.Struct({
  defaultAction: Schema.String,
  defaultErrnoRet: absent(Schema.Int),
  architectures: names,
  archMap: absent(Schema.Array(Schema.Struct({ architecture: Schema.String, subArchitectures: names }))),
  flags: names,
  syscalls: absent(Schema.Array(Rule))
})
export type SeccompProfile = typeof SeccompProfile.Type

export const decodeSeccompProfile = Schema.decodeUnknownEffect(Schema.fromJsonString(SeccompProfile))
