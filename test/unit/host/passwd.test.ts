import { assert, describe, it } from "@effect/vitest"
import { parseGroup, parseId, parsePasswd } from "../../../src/host/passwd.ts"

describe("a container's passwd", () => {
  it("is read line by line, without those that are not well formed", () => {
    const text = "#root:x:0:0::\r\n  web : x : 1 : 2 : : /home \n:x:3:3::\nx:x:-1:0::\ny:x::0::\nz:x:1:2147483648::\nlast:x:4:5"
    assert.deepStrictEqual([...parsePasswd(text)], [
      { name: "web", uid: 1, gid: 2, home: "/home" },
      { name: "last", uid: 4, gid: 5, home: "" }
    ])
  })

  it("has groups with their members", () => {
    assert.deepStrictEqual([...parseGroup("a:x:1:b,c\nd:x:2:\ne:x:nan:f\n")], [
      { name: "a", gid: 1, members: ["b", "c"] },
      { name: "d", gid: 2, members: [] }
    ])
  })

  it("is read without its endless lines", () => {
    const endless = `evil:x:0:0:${"x".repeat(20_000)}::\n`
    assert.deepStrictEqual([...parsePasswd(`${endless}web:x:1:1::\n`)].map(({ name }) => name), ["web"])
  })

  it("has ids that do not overflow into others", () => {
    assert.deepStrictEqual(["0", "2147483647", "2147483648", "4294967296", "-1", "+1", "1e3", "0x1", ""].map(parseId), [
      0, 2147483647, undefined, undefined, undefined, undefined, undefined, undefined, undefined
    ])
  })
})
