import { assert, describe, it } from "@effect/vitest"
import { RecordEncoder } from "../../../src/logs/RecordEncoder.ts"

const second = 1_700_000_000_000_000_000n
const time = "2023-11-14T22:13:20"
const out = (bytes: string | Uint8Array) => ({ stream: "stdout" as const, bytes: Buffer.from(bytes) })
const err = (bytes: string | Uint8Array) => ({ stream: "stderr" as const, bytes: Buffer.from(bytes) })
const logsOf = (text: string) =>
  text.split("\n").slice(0, -1).map((line) => JSON.parse(line) as { log: string; stream: string; time: string })

describe("RecordEncoder", () => {
  it("writes Docker's keys in Docker's order, each entry later than the one before", () => {
    const encoder = new RecordEncoder({})
    assert.strictEqual(
      encoder.encode([out("one\ntwo\n"), err("\n")], second),
      `{"log":"one\\n","stream":"stdout","time":"${time}Z"}\n` +
        `{"log":"two\\n","stream":"stdout","time":"${time}.000000001Z"}\n` +
        `{"log":"\\n","stream":"stderr","time":"${time}.000000002Z"}\n`
    )
  })

  it("puts sorted attributes before the time", () => {
    const encoder = new RecordEncoder({ tag: "a\"<b>", env: "x\ny" })
    assert.strictEqual(
      encoder.encode([out("x\n")], second + 120_000_000n),
      `{"log":"x\\n","stream":"stdout","attrs":{"env":"x\\ny","tag":"a\\"\\u003cb\\u003e"},"time":"${time}.12Z"}\n`
    )
  })

  it("escapes as Docker does", () => {
    const log = (bytes: string | Uint8Array) =>
      new RecordEncoder({}).encode([out(bytes), out("\n")], second).split(`","stream"`)[0]?.slice(8)
    assert.strictEqual(log("a<b>&c\"\\/'"), `a\\u003cb\\u003e\\u0026c\\"\\\\/'\\n`)
    assert.strictEqual(log("\t\r\b\f\u0000\u001b\u007f"), `\\u0009\\r\\u0008\\u000c\\u0000\\u001b\u007f\\n`)
    assert.strictEqual(log("\u2027\u2028\u2029\u202a"), "\u2027\\u2028\\u2029\u202a\\n")
    assert.strictEqual(log("grüße 日本 \u{1f600} \ufffd"), "grüße 日本 \u{1f600} \ufffd\\n")
  })

  it("replaces each byte that is not UTF-8", () => {
    const log = (...bytes: Array<number>) =>
      new RecordEncoder({}).encode([out(Uint8Array.from([...bytes, 10]))], second).split(`","stream"`)[0]?.slice(8)
    assert.strictEqual(log(0x61, 0xff, 0x62), "a\\ufffdb\\n")
    assert.strictEqual(log(0xe2, 0x82), "\\ufffd\\ufffd\\n")
    assert.strictEqual(log(0xc0, 0x80), "\\ufffd\\ufffd\\n")
    assert.strictEqual(log(0xed, 0xa0, 0x80), "\\ufffd\\ufffd\\ufffd\\n")
    assert.strictEqual(log(0xe2, 0x82, 0xac, 0xf5, 0x22), "€\\ufffd\\\"\\n")
  })

  it("joins a character that was cut between two reads, and a line that was", () => {
    const encoder = new RecordEncoder({})
    const bytes = Buffer.from("a€b\n")
    assert.strictEqual(encoder.encode([out(bytes.subarray(0, 2))], second), "")
    assert.strictEqual(encoder.encode([out(bytes.subarray(2, 3)), err("other\n")], second),
      `{"log":"other\\n","stream":"stderr","time":"${time}Z"}\n`)
    assert.strictEqual(encoder.encode([out(bytes.subarray(3))], second + 5n),
      `{"log":"a€b\\n","stream":"stdout","time":"${time}.000000005Z"}\n`)
  })

  it("gives a line without newline at the end, as it is", () => {
    const encoder = new RecordEncoder({})
    assert.strictEqual(encoder.encode([err("no end")], second), "")
    assert.strictEqual(encoder.finish(second), `{"log":"no end","stream":"stderr","time":"${time}Z"}\n`)
    assert.strictEqual(encoder.finish(second), "")
  })

  it("cuts a line at 16,384 bytes; the parts share the first one's time", () => {
    const encoder = new RecordEncoder({})
    const records = logsOf(
      encoder.encode([out("x".repeat(20_000))], second) +
        encoder.encode([out("y".repeat(20_000) + "\nnext\n")], second + 1_000n)
    )
    assert.deepStrictEqual(records.map(({ log }) => log), [
      "x".repeat(16_384), "x".repeat(3_616) + "y".repeat(12_768), "y".repeat(7_232) + "\n", "next\n"
    ])
    assert.deepStrictEqual(records.map((record) => record.time),
      [`${time}Z`, `${time}Z`, `${time}Z`, `${time}.000001Z`])
  })

  it("puts the newline of a line of exactly 16,384 bytes into a part of its own, as Docker does", () => {
    const encoder = new RecordEncoder({})
    const records = logsOf(encoder.encode([out("a\n" + "x".repeat(16_384) + "\n" + "y".repeat(16_383) + "\n")], second))
    assert.deepStrictEqual(records.map(({ log }) => log), ["a\n", "x".repeat(16_384), "\n", "y".repeat(16_383) + "\n"])
  })

  it("tears no character when it cuts a line", () => {
    const text = "x" + "€".repeat(20_000) + "\n"
    const records = logsOf(new RecordEncoder({}).encode([out(text)], second))
    assert.strictEqual(records.map(({ log }) => log).join(""), text)
  })

  it("gives the same records however the output was cut", () => {
    const text = Array.from({ length: 300 }, (_, line) => `${"ab€\"c".repeat(line % 7 === 0 ? 4_000 : line)}\n`).join("") + "end"
    const bytes = Buffer.from(text)
    const whole = new RecordEncoder({})
    const expected = logsOf(whole.encode([out(bytes)], second) + whole.finish(second)).map(({ log }) => log)
    assert.strictEqual(expected.join(""), text)
    for (const size of [997, 4_096, 16_384, 65_536]) {
      const encoder = new RecordEncoder({})
      let records = ""
      for (let at = 0; at < bytes.length; at += size) records += encoder.encode([out(bytes.subarray(at, at + size))], second)
      assert.deepStrictEqual(logsOf(records + encoder.finish(second)).map(({ log }) => log), expected)
    }
  })

  it("follows a clock that was set back, but not a short step", () => {
    const encoder = new RecordEncoder({})
    const stamps = [second, second - 5n, second + 999_999_999n, second + 5n, second - 3_600_000_000_000n]
      .map((now) => logsOf(encoder.encode([out("x\n")], now))[0]?.time)
    assert.deepStrictEqual(stamps, [
      `${time}Z`, `${time}.000000001Z`, `${time}.999999999Z`, "2023-11-14T22:13:21Z", "2023-11-14T21:13:20Z"
    ])
  })
})
