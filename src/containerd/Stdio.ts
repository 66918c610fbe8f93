/**
 * Where a process's streams lead: paths of FIFOs or files. With a terminal `stdout` alone carries the output.
 * Without one give both outputs or neither: the shim starts a process that has only one, then fails.
 */
export interface Stdio {
  readonly stdin?: string
  readonly stdout?: string
  readonly stderr?: string
  readonly terminal?: boolean
}
