import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeFile } from "../../../src/config/decodeFile.ts"

const settings = (text: string | Uint8Array) => Result.getOrThrow(decodeFile(text)).settings
const refusal = (text: string | Uint8Array) => Result.getOrThrow(Result.flip(decodeFile(text))).message
const unknown = (names: string) => `the following directives don't match any configuration option: ${names}`

describe("a configuration file", () => {
  it("says only what stands in it: unset is not zero", () => {
    assert.deepStrictEqual(settings(`{"max-concurrent-downloads": 0, "labels": [], "debug": false}`), {
      maxConcurrentDownloads: 0, labels: [], debug: false
    })
  })

  for (const [what, text] of [["empty", ""], ["blank", " \n\t"], ["an empty object", "{}"], ["null values", `{"debug": null}`]] as const) {
    it(`may be ${what}`, () => assert.deepStrictEqual(settings(text), {}))
  }

  it("may begin with a byte order mark, and be UTF-16", () => {
    const text = `{"labels": ["grüße=1"]}`
    const utf16 = new Uint8Array(Buffer.from(`\uFEFF${text}`, "utf16le"))
    for (const bytes of [new TextEncoder().encode(`\uFEFF${text}`), utf16, new Uint8Array(Buffer.from(utf16).swap16())]) {
      assert.deepStrictEqual(settings(bytes), { labels: ["grüße=1"] })
    }
  })

  it("is refused at the byte that is not UTF-8", () => {
    assert.strictEqual(refusal(Uint8Array.of(0x7b, 0x7d, 0x20, 0xff)), "failed to decode configuration JSON at offset 3")
    assert.strictEqual(refusal(Uint8Array.of(0x7b, 0xc3)), "failed to decode configuration JSON at offset 1")
  })

  it("takes sizes as numbers and as text", () => {
    for (const [text, bytes] of [["64M", 67108864], ["1g", 1073741824], ["1.5KiB", 1536], ["100", 100], ["2 mb", 2097152]] as const) {
      assert.strictEqual(settings(JSON.stringify({ "default-shm-size": text })).defaultShmSizeBytes, bytes)
    }
    assert.strictEqual(settings(`{"default-shm-size": 4096}`).defaultShmSizeBytes, 4096)
    assert.strictEqual(refusal(`{"default-shm-size": "a lot"}`), "invalid size: 'a lot'")
  })

  it("takes the old name of host-gateway-ips, but not both", () => {
    assert.deepStrictEqual(settings(`{"host-gateway-ip": "10.0.0.1"}`), { hostGatewayIps: ["10.0.0.1"] })
    assert.match(refusal(`{"host-gateway-ip": "10.0.0.1", "host-gateway-ips": []}`), /same option/)
  })

  it("warns of each key that has no effect", () => {
    const { settings, warnings } = Result.getOrThrow(decodeFile(`{"userland-proxy": false, "selinux-enabled": true}`))
    assert.deepStrictEqual(settings, {})
    assert.lengthOf(warnings, 2)
    assert.match(warnings[0] ?? "", /^"userland-proxy" has no effect: /)
  })
})

describe("a file is refused", () => {
  const cases: ReadonlyArray<readonly [string, string, string | RegExp]> = [
    ["one unknown key", `{"foo": 1}`, unknown("foo")],
    ["several, sorted", `{"zoo": 1, "foo": 2}`, unknown("foo, zoo")],
    ["a slip, with the name that was meant", `{"lables": []}`, unknown("lables (did you mean labels?)")],
    ["the flag's name", `{"label": []}`, unknown("label (did you mean labels?)")],
    ["another case", `{"Debug": true}`, unknown("Debug (did you mean debug?)")],
    ["an object under an unknown key", `{"foo": {"debug": true}}`, unknown("foo")],
    ["a null under an unknown key", `{"foo": null}`, unknown("foo")],
    ["the property name of the code", `{"dataRoot": "/x"}`, unknown("dataRoot (did you mean data-root?)")],
    ["http-proxy outside of proxies", `{"http-proxy": "http://p"}`, /^the following directives don't match any configuration option: http-proxy/],
    ["an unknown proxy", `{"proxies": {"ftp-proxy": "x"}}`, unknown("proxies.ftp-proxy")],
    ["an unknown field of a runtime", `{"runtimes": {"x": {"path": "/x", "args": []}}}`, unknown("runtimes.x.args")],
    ["an object's own names", `{"constructor": 1, "__proto__": 2}`, unknown("__proto__, constructor")],
    ["fields without a flag", `{"default-init": true, "swarm-raft-election-tick": 1}`, /^the following directives/],
    ["containerd's plug-in namespace", `{"containerd-plugins-namespace": "x"}`, /^the following directives/],
    ["bad JSON", `{"debug": tru`, /^invalid JSON: /],
    ["a comment", `{} // no`, /^invalid JSON: /],
    ["a list", `[]`, "invalid JSON: the file must hold one object"],
    ["a wrong type", `{"debug": "yes"}`, "invalid JSON: debug: Expected boolean"],
    ["a number for a list", `{"labels": 1, "mtu": 1.5}`, "invalid JSON: labels: Expected array; mtu: Expected an integer"],
    ["a wrong type inside", `{"log-opts": {"max-file": 3}}`, "invalid JSON: log-opts.max-file: Expected string"],
    ["a key that stands twice", `{"debug": true, "debug": false}`, `invalid JSON: key "debug" stands twice`],
    ["twice, once with an escape", `{"debug": true, "d\\u0065bug": false}`, `invalid JSON: key "debug" stands twice`],
    ["twice inside", `{"runtimes": {"a": {"path": "/a"}, "b": {"path": "/{", "path": "/b"}}}`, `invalid JSON: key "runtimes.b.path" stands twice`],
    ["authorization plugins", `{"authorization-plugins": ["p"]}`, /^authorization-plugins: .*not supported/],
    ["user namespaces", `{"userns-remap": "default"}`, /^userns-remap: .*not supported/],
    ["TLS", `{"tls": true}`, /^tls: /],
    ["a number too large to be exact", `{"mtu": 9007199254740993}`, /^invalid JSON: mtu: /]
  ]
  for (const [what, text, expected] of cases) {
    it(`with ${what}`, () => {
      const message = refusal(text)
      if (typeof expected === "string") assert.strictEqual(message, expected)
      else assert.match(message, expected)
    })
  }

  it("at every byte but the last, if it is cut there", () => {
    const text = `{"labels": ["a=1"], "runtimes": {"x": {"path": "/x", "runtimeArgs": ["--y"]}}, "debug": true}`
    for (let length = 1; length < text.length; length++) {
      assert.isTrue(Result.isFailure(decodeFile(text.slice(0, length))), `${length} bytes`)
    }
  })

  it("but not for refused keys that ask for nothing, nor for keys that are the same in different objects", () => {
    assert.deepStrictEqual(settings(`{"tls": false, "authorization-plugins": [], "userns-remap": ""}`), {})
    assert.deepStrictEqual(settings(`{"log-opts": {"a": "{\\"a\\": 1}", "debug": "a"}, "debug": true}`), {
      logOpts: { a: `{"a": 1}`, debug: "a" }, debug: true
    })
  })
})
