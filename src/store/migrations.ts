/** Each entry brings the database from its index to the next version. Entries are never changed, only added. */
export const migrations: ReadonlyArray<string> = [
  `CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE containers (id TEXT PRIMARY KEY, record TEXT NOT NULL, state TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE execs (id TEXT PRIMARY KEY, container_id TEXT NOT NULL, exec TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE intents (target TEXT PRIMARY KEY, kind TEXT NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE events (seq INTEGER PRIMARY KEY, event TEXT NOT NULL) STRICT`,
  `CREATE TABLE image_metadata (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID`
]
