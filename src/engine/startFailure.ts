export interface StartFailure {
  /** What `docker run` and an exec's inspect say. */
  readonly exitCode: 126 | 127 | 128
  readonly message: string
}

/**
 * What an OCI runtime's complaint means to a client, by Docker's rules. Clients look for Go's words for an errno; crun
 * writes the C library's, which differ in case.
 */
export const startFailure = (complaint: string): StartFailure => {
  const text = errnoWords.reduce((text, word) => text.replaceAll(word, word.toLowerCase()), complaint)
  const lower = text.toLowerCase()
  if (lower.includes("permission denied")) return { exitCode: 126, message: text }
  if (/is a directory|is not a regular file|it is not executable/.test(lower)) return { exitCode: 126, message: `${text}: permission denied` }
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

const errnoWords = ["No such file or directory", "Permission denied", "Is a directory", "Not a directory"]
