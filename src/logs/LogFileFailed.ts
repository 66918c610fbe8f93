import * as Schema from "effect/Schema"

/** A container's log could not be opened, read, written or rotated. */
export class LogFileFailed extends Schema.TaggedError<LogFileFailed>()("LogFileFailed", {
  operation: Schema.Literals(["open", "read", "write", "rotate", "compress"]),
  path: Schema.String,
  cause: Schema.Defect()
}) {
  override get message() {
    return `cannot ${this.operation} log ${this.path}: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}
