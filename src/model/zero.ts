import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/**
 * Fields that are decoded as Go's `encoding/json` does, which is what every Docker client was written against: an
 * absent field has its zero value, and a nil list or map stays `null`, since inspect shows it again as `null`.
 */
export const text = Schema.String.pipe(Schema.withDecodingDefaultKey(Effect.succeed("")))
export const flag = Schema.Boolean.pipe(Schema.withDecodingDefaultKey(Effect.succeed(false)))
/** An int64 that JavaScript can hold exactly; a larger one is refused, never rounded. */
export const integer = Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(0)))
export const integerOrNull = Schema.NullOr(Schema.Int).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
export const flagOrNull = Schema.NullOr(Schema.Boolean).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
export const texts = Schema.NullOr(Schema.Array(Schema.String)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
export const textMap = Schema.NullOr(Schema.Record(Schema.String, Schema.String)).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed(null))
)
/** A set of names, written `{"80/tcp": {}}`. */
export const nameSet = Schema.NullOr(Schema.Record(Schema.String, Schema.Struct({}))).pipe(
  Schema.withDecodingDefaultKey(Effect.succeed(null))
)

/** A list of structures that may be nil. */
export const listOf = <S extends Schema.Constraint>(item: S) =>
  Schema.NullOr(Schema.Array(item)).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))

/** A pointer to a structure: absent and nil are the same. */
export const pointerTo = <S extends Schema.Constraint>(item: S) =>
  Schema.NullOr(item).pipe(Schema.withDecodingDefaultKey(Effect.succeed(null)))
