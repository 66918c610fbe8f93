/** One line of what a pull, a load or an import tells while it goes on; the edge writes it as Docker's JSON. */
export interface ProgressRecord {
  readonly status?: string
  /** What it is about: a tag, or the first 12 digits of a layer's digest. */
  readonly id?: string
  readonly progressDetail?: ProgressDetail
  readonly stream?: string
}

export interface ProgressDetail {
  readonly current?: number
  readonly total?: number
  /** Absent: bytes. `s`: seconds. */
  readonly units?: string
}
