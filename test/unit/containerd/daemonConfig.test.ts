import { assert, it } from "@effect/vitest"
import { daemonConfig } from "../../../src/containerd/daemonConfig.ts"

const paths = { root: "/data/root", state: "/run/state", address: "/run/c.sock" }

it("speaks the configuration version that each containerd understands", () => {
  assert.include(daemonConfig(2, paths), "version = 3\n")
  assert.include(daemonConfig(1, paths), "version = 2\n")
})

it("keeps all of it below its own paths", () => {
  for (const major of [1, 2]) {
    const text = daemonConfig(major, paths)
    const places = [...text.matchAll(/"(\/[^"]*)"/g)].map((match) => match[1])
    assert.deepStrictEqual(places, ["/data/root", "/run/state", "/run/c.sock", "/run/c.sock.ttrpc", "/data/root/opt"])
  }
})

it("leaves in place what transfers and tasks depend on", () => {
  assert.notInclude(daemonConfig(2, paths), "image-verifier")
  assert.notInclude(daemonConfig(1, paths), "runtime.v1.linux")
})

it("quotes paths", () => {
  assert.include(daemonConfig(2, { ...paths, root: "/a\"b\\c" }), String.raw`root = "/a\"b\\c"`)
})
