import { assert, describe, it } from "@effect/vitest"
import { credentialsFor, isLoopback, otherHosts } from "../../../../src/engine/images/registryOf.ts"

const settings = { insecure: ["10.1.0.0/16", "registry.test:5000", "plain.test"], mirrors: ["https://mirror.test/", "http://10.1.0.1:5000"] }
const auth = { username: "alice", password: "secret", identityToken: "", registryToken: "", serverAddress: "" }

describe("isLoopback", () => {
  it.each(["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000"])(
    "is true for %s",
    (domain) => assert.isTrue(isLoopback(domain))
  )

  it.each(["docker.io", "10.2.0.1", "127.0.0.1.evil.test", "localhost.evil.test", "1270.0.0.1", "[::2]"])(
    "is false for %s",
    (domain) => assert.isFalse(isLoopback(domain))
  )
})

describe("otherHosts", () => {
  it.each(["10.1.2.3:80", "registry.test:5000", "plain.test:9"])("asks the insecure %s without a valid certificate, then without TLS", (domain) => {
    assert.deepStrictEqual(otherHosts(domain, settings), [
      { url: `https://${domain}`, skipVerify: true },
      { url: `http://${domain}`, skipVerify: false }
    ])
  })

  it.each(["10.2.0.1", "registry.test:5001", "registry.test", "10.1.0.1.evil.test", "quay.io"])("asks %s itself and nobody else", (domain) => {
    assert.deepStrictEqual(otherHosts(domain, settings), [])
  })

  it("asks mirrors for what belongs to Docker Hub", () => {
    assert.deepStrictEqual(otherHosts("docker.io", settings), [
      { url: "https://mirror.test/", skipVerify: false },
      { url: "http://10.1.0.1:5000", skipVerify: true }
    ])
  })
})

describe("credentialsFor", () => {
  it("gives them to the registry asked, and to no other host", () => {
    const credentials = credentialsFor("registry.test:5000", auth)
    assert.deepStrictEqual(credentials("registry.test:5000"), { username: "alice", secret: "secret", refresh: false })
    assert.strictEqual(credentials("elsewhere.test"), undefined)
    assert.strictEqual(credentialsFor("docker.io", auth)("registry-1.docker.io")?.secret, "secret")
  })

  it("prefers a token, and gives nothing for an empty user", () => {
    assert.deepStrictEqual(credentialsFor("r.test", { ...auth, identityToken: "t" })("r.test"), { username: "", secret: "t", refresh: true })
    assert.strictEqual(credentialsFor("r.test", { ...auth, username: "" })("r.test"), undefined)
  })
})
