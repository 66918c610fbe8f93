import { assert, describe, it } from "@effect/vitest"
import { ResponseParser } from "../../../benchmarks/client/ResponseParser.ts"

const parse = (pieces: ReadonlyArray<string>, hijacking = false) => {
  const body: Array<Buffer> = []
  const parser = new ResponseParser({ hijacking, onBody: (bytes) => body.push(bytes) })
  for (const piece of pieces) parser.push(Buffer.from(piece))
  return { parser, body: () => Buffer.concat(body).toString() }
}

const inPieces = (text: string) => [...text]

describe("ResponseParser", () => {
  it("reads a body of known length, in whatever pieces it comes", () => {
    const { body, parser } = parse(inPieces("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
    assert.strictEqual(parser.status, 200)
    assert.isTrue(parser.complete)
    assert.strictEqual(body(), "hello")
  })

  it("reads a chunked body to its end", () => {
    const { body, parser } = parse(inPieces("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n"))
    assert.isTrue(parser.complete)
    assert.strictEqual(body(), "abcde")
  })

  it("waits for no body where there is none", () => {
    assert.isTrue(parse(["HTTP/1.1 204 No Content\r\n\r\n"]).parser.complete)
    assert.isTrue(parse(["HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"]).parser.complete)
  })

  it("takes all that follows a hijack for the stream, until the peer closes", () => {
    const { body, parser } = parse(["HTTP/1.1 101 UPGRADED\r\nUpgrade: tcp\r\n\r\nab", "cd"], true)
    assert.isFalse(parser.complete)
    assert.isTrue(parser.end())
    assert.strictEqual(body(), "abcd")
  })

  it("knows an answer that was cut off", () => {
    assert.isFalse(parse(["HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel"]).parser.end())
  })
})
