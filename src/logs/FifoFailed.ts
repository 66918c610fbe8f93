import * as Schema from "effect/Schema"

/** A named pipe could not be made, placed or opened. */
export class FifoFailed extends Schema.TaggedError<FifoFailed>()("FifoFailed", {
  operation: Schema.Literals(["make", "place", "open"]),
  path: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot ${this.operation} named pipe ${this.path}: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}
