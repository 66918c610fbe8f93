import { assert, describe, it } from "@effect/vitest"
import { credentialsFor, isPlainHttp } from "../../../../src/engine/images/registryOf.ts"

const settings = { insecure: ["10.1.0.0/16", "registry.test:5000", "plain.test"], mirrors: [] }
const auth = { username: "alice", password: "secret", identityToken: "", registryToken: "", serverAddress: "" }

describe("isPlainHttp", () => {
  it.each(["localhost", "localhost:5000", "127.0.0.1:5000", "127.9.9.9", "[::1]:5000", "10.1.2.3:80", "registry.test:5000", "plain.test:9"])(
    "is true for %s",
    (domain) => assert.isTrue(isPlainHttp(domain, settings))
  )

  it.each(["docker.io", "10.2.0.1", "registry.test:5001", "registry.test", "127.0.0.1.evil.test", "localhost.evil.test", "1270.0.0.1", "[::2]"])(
    "is false for %s",
    (domain) => assert.isFalse(isPlainHttp(domain, settings))
  )
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
