import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { DatabaseSync, type SQLInputValue, type SQLOutputValue } from "node:sqlite"
import { migrations } from "./migrations.ts"

/** SQLite refused; `cause` is its own error. */
export class StoreFailed extends Schema.TaggedError<StoreFailed>()("StoreFailed", {
  sql: Schema.String,
  cause: Schema.Defect()
}) {
  override get message(): string {
    return `store: ${this.cause instanceof Error ? this.cause.message : String(this.cause)}`
  }
}

export type Row = Readonly<Record<string, SQLOutputValue>>

/**
 * The engine's database file. Statements are prepared once. Calls are synchronous: each takes some ten microseconds,
 * less than handing it to another thread would. WAL with `synchronous=NORMAL`: a killed process loses nothing.
 */
export class Database extends Context.Service<Database, {
  run(sql: string, ...values: ReadonlyArray<SQLInputValue>): Effect.Effect<void, StoreFailed>
  all(sql: string, ...values: ReadonlyArray<SQLInputValue>): Effect.Effect<ReadonlyArray<Row>, StoreFailed>
  /** All statements or none. */
  batch(statements: ReadonlyArray<readonly [sql: string, ...values: ReadonlyArray<SQLInputValue>]>): Effect.Effect<void, StoreFailed>
}>()("gantry/store/Database") {
  /** Opens `file`, and makes it and its tables where they are missing. */
  static readonly layer = (file: string, options: { readonly readOnly: boolean } = { readOnly: false }) =>
    Layer.effect(this, Effect.gen(function*() {
      const db = yield* Effect.acquireRelease(
        Effect.try({
          try: () => new DatabaseSync(file, { readOnly: options.readOnly, timeout: 5000 }),
          catch: (cause) => new StoreFailed({ sql: `open ${file}`, cause })
        }),
        (db) => Effect.sync(() => db.close())
      )
      const statements = new Map<string, ReturnType<DatabaseSync["prepare"]>>()
      const prepared = (sql: string) => {
        const known = statements.get(sql)
        if (known !== undefined) return known
        const made = db.prepare(sql)
        statements.set(sql, made)
        return made
      }
      const attempt = <A>(sql: string, work: () => A) =>
        Effect.try({ try: work, catch: (cause) => new StoreFailed({ sql, cause }) })

      if (!options.readOnly) {
        yield* attempt("pragma", () => db.exec("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON"))
        yield* attempt("migrate", () => migrate(db))
      }

      return Database.of({
        run: (sql, ...values) => attempt(sql, () => void prepared(sql).run(...values)),
        all: (sql, ...values) => attempt(sql, () => prepared(sql).all(...values)),
        batch: (list) =>
          attempt("BEGIN", () => db.exec("BEGIN IMMEDIATE")).pipe(
            Effect.andThen(attempt("batch", () => {
              for (const [sql, ...values] of list) prepared(sql).run(...values)
              db.exec("COMMIT")
            })),
            Effect.tapError(() => Effect.sync(() => db.isTransaction && db.exec("ROLLBACK")))
          )
      })
    }))
}

const migrate = (db: DatabaseSync) => {
  const version = Number(db.prepare("PRAGMA user_version").get()?.["user_version"] ?? 0)
  migrations.slice(version).forEach((sql, index) =>
    db.exec(`BEGIN; ${sql}; PRAGMA user_version=${version + index + 1}; COMMIT`)
  )
}
