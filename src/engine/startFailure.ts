export interface StartFailure {
  /** What `docker run` and an exec's inspect say. */
  readonly exitCode: 126 | 127 | 128
  readonly message: string
}

/** What an OCI runtime's complaint means to a client, by Docker's rules: the texts are those of runc and crun. */
export const startFailure = (text: string): StartFailure => {
  const lower = text.toLowerCase()
  if (lower.includes("permission denied")) return { exitCode: 126, message: text }
  if (lower.includes("is a directory")) return { exitCode: 126, message: `${text}: permission denied` }
  if (lower.includes("not a directory")) {
    return {
      exitCode: 127,
      message: `${text}: Are you trying to mount a directory onto a file (or vice-versa)? ` +
        "Check if the specified host path exists and is the expected type"
    }
  }
  return /executable file.*not found|no such file or directory|system cannot find the file specified/.test(lower)
    ? { exitCode: 127, message: text }
    : { exitCode: 128, message: text }
}
