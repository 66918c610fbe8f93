import { assert, describe, it } from "@effect/vitest"
import { renderBridgeResolvConf, renderHostResolvConf, resolvConfPath } from "../../../src/network/renderResolvConf.ts"

const nothing = { servers: [], search: [], options: [] }
const host = "# comment\nnameserver 127.0.0.1\nnameserver 10.0.0.53\nnameserver fd00::53\nsearch old\n" +
  "domain example.org\noptions ndots:2\noptions edns0\nsortlist 10.0.0.0\n"

describe("resolv.conf", () => {
  it("keeps the host's resolvers but for those on loopback and those of IPv6", () => {
    assert.strictEqual(
      renderBridgeResolvConf(host, nothing),
      "nameserver 10.0.0.53\nsearch example.org\noptions ndots:2 edns0\nsortlist 10.0.0.0\n"
    )
  })

  it("takes public resolvers on the bridge when none are left, and only there", () => {
    assert.strictEqual(
      renderBridgeResolvConf("nameserver 127.0.0.1\n", nothing),
      "nameserver 8.8.8.8\nnameserver 8.8.4.4\n"
    )
    assert.strictEqual(renderBridgeResolvConf("", nothing), "nameserver 8.8.8.8\nnameserver 8.8.4.4\n")
    assert.strictEqual(renderHostResolvConf("", nothing), "")
  })

  it("puts what the user asks for in the host's place, loopback included", () => {
    const asked = { servers: ["127.0.0.9", "1.1.1.1"], search: ["a.test", "b.test"], options: ["timeout:1"] }
    const text = "nameserver 127.0.0.9\nnameserver 1.1.1.1\nsearch a.test b.test\noptions timeout:1\n"
    assert.strictEqual(renderBridgeResolvConf(host, asked), `${text}sortlist 10.0.0.0\n`)
    assert.strictEqual(renderHostResolvConf("nameserver 9.9.9.9\n", asked), text)
  })

  it("understands a single point as no search list", () => {
    assert.notInclude(renderBridgeResolvConf(host, { ...nothing, search: ["."] }), "search")
  })

  it("copies the host's file unchanged in mode host", () => {
    assert.strictEqual(renderHostResolvConf(host, nothing), host)
  })

  it("looks behind systemd-resolved's stub", () => {
    assert.strictEqual(resolvConfPath("nameserver 127.0.0.53\noptions edns0\n"), "/run/systemd/resolve/resolv.conf")
    assert.strictEqual(resolvConfPath("nameserver 127.0.0.53\nnameserver 10.0.0.1\n"), "/etc/resolv.conf")
    assert.strictEqual(resolvConfPath("nameserver 127.0.0.1\n"), "/etc/resolv.conf")
  })
})
