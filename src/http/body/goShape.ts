import type * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"

/** The outline of a schema's encoded side: as much of it as is needed to read JSON the way Go does. */
export type Shape =
  | { readonly kind: "struct"; readonly fields: ReadonlyMap<string, Field>; readonly nullable: boolean }
  | { readonly kind: "map"; readonly item: Shape; readonly nullable: boolean }
  | { readonly kind: "list"; readonly item: Shape; readonly nullable: boolean }
  | { readonly kind: "leaf"; readonly zero: unknown; readonly nullable: boolean }

interface Field {
  readonly name: string
  readonly shape: Shape
}

/** Built once for a schema. */
export const shapeOf = (schema: Schema.Top): Shape => outline(SchemaAST.toEncoded(schema.ast))

/**
 * Makes of parsed JSON what Go's decoder would read: field names are matched without regard to case, unknown ones
 * dropped, and `null` leaves a field as it is, which is absent.
 */
export const readAsGo = (shape: Shape, value: unknown): unknown => {
  if (value === null) return shape.nullable ? null : zeroOf(shape)
  if (shape.kind === "leaf" || typeof value !== "object") return value
  if (shape.kind === "list") {
    return Array.isArray(value) ? value.map((item: unknown) => readAsGo(shape.item, item)) : value
  }
  if (Array.isArray(value)) return value
  const entries: ReadonlyArray<[string, unknown]> = Object.entries(value)
  if (shape.kind === "map") return Object.fromEntries(entries.map(([key, item]) => [key, readAsGo(shape.item, item)]))
  const known: Record<string, unknown> = {}
  for (const [key, item] of entries) {
    const field = item === null ? undefined : shape.fields.get(key) ?? shape.fields.get(key.toLowerCase())
    if (field !== undefined) known[field.name] = readAsGo(field.shape, item)
  }
  return known
}

const zeroOf = (shape: Shape): unknown => {
  switch (shape.kind) {
    case "leaf":
      return shape.zero
    case "list":
      return []
    case "map":
    case "struct":
      return {}
  }
}

const outline = (ast: SchemaAST.AST): Shape => {
  if (SchemaAST.isUnion(ast)) {
    const rest = ast.types.filter((type) => !SchemaAST.isNull(type))
    const nullable = rest.length < ast.types.length
    const [only] = rest
    return rest.length === 1 && only !== undefined
      ? { ...outline(only), nullable }
      : { kind: "leaf", zero: null, nullable: true }
  }
  if (SchemaAST.isArrays(ast)) {
    const [item] = ast.rest
    return { kind: "list", item: item === undefined ? anything : outline(item), nullable: false }
  }
  if (SchemaAST.isObjects(ast)) return outlineObjects(ast)
  const zero = SchemaAST.isString(ast) ? "" : SchemaAST.isBoolean(ast) ? false : SchemaAST.isNumber(ast) ? 0 : null
  return { kind: "leaf", zero, nullable: false }
}

const anything: Shape = { kind: "leaf", zero: null, nullable: true }

const outlineObjects = (ast: SchemaAST.Objects): Shape => {
  const [index] = ast.indexSignatures
  if (index !== undefined) return { kind: "map", item: outline(index.type), nullable: false }
  const fields = new Map<string, Field>()
  for (const { name, type } of ast.propertySignatures) {
    if (typeof name !== "string") continue
    const field = { name, shape: outline(type) }
    fields.set(name.toLowerCase(), field)
    fields.set(name, field)
  }
  return { kind: "struct", fields, nullable: false }
}
