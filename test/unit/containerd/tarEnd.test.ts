import { assert, describe, it } from "@effect/vitest"
import { tarEnd } from "../../../src/containerd/tarEnd.ts"
import { tar } from "../../support/tar.ts"

const archive = tar([
  { path: "zeros", content: Buffer.alloc(5000) },
  { path: "folder", type: "directory" },
  { path: "empty" },
  { path: "block", content: Buffer.alloc(512, 1) }
])

describe("tarEnd", () => {
  it.each([1, 100, 512, 513, 4096, 1_000_000])("tells the end of an archive in parts of %d bytes, and not before", (size) => {
    const ended = tarEnd()
    for (let at = 0; at < archive.length; at += size) {
      assert.strictEqual(ended(archive.subarray(at, at + size)), at + size >= archive.length)
    }
  })
})
