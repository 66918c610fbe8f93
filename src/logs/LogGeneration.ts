import { close } from "node:fs"

/**
 * One file that is or was a container's current log, open for as long as somebody uses it. A rotated one knows its
 * successor and keeps it open too: who reads behind finds every later file, whatever became of its name.
 */
export class LogGeneration {
  readonly fd: number
  /** How many bytes are in the file. */
  size: number
  next: LogGeneration | undefined
  private users = 0
  private readonly onClose: () => void

  constructor(fd: number, size: number, onClose: () => void) {
    this.fd = fd
    this.size = size
    this.onClose = onClose
  }

  retain(): this {
    this.users++
    return this
  }

  release() {
    // Not recursive, for a chain of files may be long.
    let closed = this.leave()
    while (closed?.next !== undefined) closed = closed.next.leave()
  }

  /** Answers itself when that was the last user. */
  private leave(): LogGeneration | undefined {
    if (--this.users > 0) return undefined
    this.onClose()
    close(this.fd, () => {})
    return this
  }

  succeed(next: LogGeneration) {
    this.next = next.retain()
  }
}

const behindFilesMax = 128
const behindBytesMax = 64 * 1024 * 1024

/** The place of one reader that follows. Too far behind, it is let go: it must not keep deleted files for ever. */
export class LogFollower {
  position = 0
  lost = false
  private generation: LogGeneration | undefined
  private reading = false

  constructor(generation: LogGeneration) {
    this.generation = generation.retain()
  }

  get current(): LogGeneration | undefined {
    return this.lost ? undefined : this.generation
  }

  /** To the next file, at its beginning. */
  advance(next: LogGeneration) {
    const left = this.generation
    this.generation = next.retain()
    this.position = 0
    left?.release()
  }

  /** The file stays open between these two, whatever happens: its number could soon be another file's. */
  beginRead() {
    this.reading = true
  }

  endRead() {
    this.reading = false
    if (this.lost) this.release()
  }

  loseIfBehind() {
    let files = 0
    let bytes = -this.position
    for (let at = this.generation; at !== undefined; at = at.next) {
      files++
      bytes += at.size
    }
    if (files > behindFilesMax || (files > 3 && bytes > behindBytesMax)) {
      this.lost = true
      if (!this.reading) this.release()
    }
  }

  release() {
    this.generation?.release()
    this.generation = undefined
  }
}
