/** What of an answer has been read, and so what the next bytes are. */
type Reading = "head" | "length" | "size" | "chunk" | "chunk end" | "trailer" | "until close" | "nothing"

const none: Buffer = Buffer.alloc(0)

/** Reads one answer of HTTP/1.1 as its bytes come in. The body is handed on piece by piece. */
export class ResponseParser {
  status = 0
  /** Names in lower case. */
  headers: Readonly<Record<string, string>> = {}
  readonly #onBody: (bytes: Buffer) => void
  readonly #hijacking: boolean
  #reading: Reading = "head"
  #left = 0
  #kept: Buffer = none

  /** After a hijacking request everything behind the head is the stream, whatever the status. */
  constructor(options: { readonly hijacking: boolean; readonly onBody: (bytes: Buffer) => void }) {
    this.#onBody = options.onBody
    this.#hijacking = options.hijacking
  }

  /** The answer is whole; the connection may serve the next request. */
  get complete(): boolean {
    return this.#reading === "nothing"
  }

  push(bytes: Buffer): void {
    let rest = this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes])
    this.#kept = none
    while (rest.length > 0 && !this.complete) {
      const used = this.#read(rest)
      if (used === 0) {
        this.#kept = rest
        return
      }
      rest = rest.subarray(used)
    }
  }

  /** The peer closed; tells whether the answer was whole. */
  end(): boolean {
    if (this.#reading === "until close") this.#reading = "nothing"
    return this.complete
  }

  /** How many bytes it could make use of; 0 if it takes more to go on. */
  #read(bytes: Buffer): number {
    switch (this.#reading) {
      case "head":
        return this.#upTo(bytes, "\r\n\r\n", (head) => this.#takeHead(head))
      case "size":
        return this.#upTo(bytes, "\r\n", (line) => {
          this.#left = parseInt(line, 16)
          this.#reading = this.#left === 0 ? "trailer" : "chunk"
        })
      case "chunk end":
        return this.#upTo(bytes, "\r\n", () => {
          this.#reading = "size"
        })
      case "trailer":
        return this.#upTo(bytes, "\r\n", (line) => {
          if (line === "") this.#reading = "nothing"
        })
      case "length":
      case "chunk":
        return this.#take(bytes)
      case "until close":
        this.#onBody(bytes)
        return bytes.length
      case "nothing":
        return 0
    }
  }

  #upTo(bytes: Buffer, mark: string, use: (text: string) => void): number {
    const at = bytes.indexOf(mark)
    if (at < 0) return 0
    use(bytes.toString("latin1", 0, at))
    return at + mark.length
  }

  #take(bytes: Buffer): number {
    const part = bytes.subarray(0, this.#left)
    this.#left -= part.length
    if (this.#left === 0) this.#reading = this.#reading === "chunk" ? "chunk end" : "nothing"
    this.#onBody(part)
    return part.length
  }

  #takeHead(head: string): void {
    const [statusLine = "", ...lines] = head.split("\r\n")
    this.status = Number(statusLine.split(" ")[1])
    this.headers = Object.fromEntries(lines.map((line): [string, string] => {
      const colon = line.indexOf(":")
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()]
    }))
    this.#left = Number(this.headers["content-length"] ?? "-1")
    const bodiless = this.status === 204 || this.status === 304 || this.#left === 0
    this.#reading = this.#hijacking && this.status < 300
      ? "until close"
      : bodiless
      ? "nothing"
      : this.headers["transfer-encoding"] === "chunked"
      ? "size"
      : this.#left > 0
      ? "length"
      : "until close"
  }
}
