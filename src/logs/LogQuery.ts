/** Which part of a log is asked for. */
export interface LogQuery {
  readonly stdout: boolean
  readonly stderr: boolean
  readonly follow: boolean
  /** Nanoseconds since the epoch; entries of that very time are among what is read. */
  readonly since: bigint | undefined
  readonly until: bigint | undefined
  /** Entries of the wanted streams from the end, counted before `since` and `until`; absent: all. */
  readonly tail: number | undefined
}

/** A line, or a part of a line that was too long for one. */
export interface LogEntry {
  readonly stream: "stdout" | "stderr"
  readonly timeNanos: bigint
  /** With its newline, if it had one. */
  readonly line: Uint8Array
  readonly attrs: Readonly<Record<string, string>>
}
