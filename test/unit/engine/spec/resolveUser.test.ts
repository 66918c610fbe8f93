import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { resolveUser } from "../../../../src/engine/containers/spec/resolveUser.ts"

const files = {
  passwd: "# comment\nroot:x:0:0:root:/root:/bin/sh\nweb:x:1000:1001::/home/web:/bin/sh\n\nbroken:x:abc:1::\n" +
    "huge:x:4294967296:4294967296::\n777:x:5:5::\n",
  group: "root:x:0:\nweb:x:1001:\nwheel:x:10:root,web\ndocker:x:20:web\nbig:x:99999999999:web\n"
}

const user = (spec: string, groupAdd: ReadonlyArray<string> = []) => resolveUser(spec, groupAdd, files)

describe("a container's user", () => {
  it.effect.each([
    ["", 0, 0, [0, 10]],
    ["root", 0, 0, [0, 10]],
    ["web", 1000, 1001, [1001, 10, 20]],
    ["1000", 1000, 1001, [1001, 10, 20]],
    ["web:wheel", 1000, 10, [10]],
    ["web:0", 1000, 0, [0]],
    ["4242", 4242, 0, [0]],
    ["4242:4343", 4242, 4343, [4343]],
    [":wheel", 0, 10, [10]],
    ["777", 777, 0, [0]],
    ["2147483647", 2147483647, 0, [0]]
  ] as const)("'%s' is found", ([spec, uid, gid, additionalGids]) =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* user(spec), { uid, gid, additionalGids })
    }))

  it.effect("has the groups added to it, once each", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual((yield* user("web:0", ["wheel", "10", "5000"])).additionalGids, [0, 10, 5000])
    }))

  it.effect.each([
    ["nobody", [], "unable to find user nobody: no matching entries in passwd file"],
    ["broken", [], "unable to find user broken: no matching entries in passwd file"],
    ["huge", [], "unable to find user huge: no matching entries in passwd file"],
    ["web:nogroup", [], "unable to find group nogroup: no matching entries in group file"],
    ["web:big", [], "unable to find group big: no matching entries in group file"],
    ["web", ["nogroup"], "unable to find group nogroup: no matching entries in group file"],
    ["2147483648", [], "uids and gids must be in range 0-2147483647"],
    ["4294967296", [], "uids and gids must be in range 0-2147483647"],
    ["-1", [], "uids and gids must be in range 0-2147483647"],
    ["0:4294967296", [], "uids and gids must be in range 0-2147483647"]
  ] as const)("'%s' is refused", ([spec, groups, message]) =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(user(spec, groups))).message, message)
    }))

  it.effect("is looked for past lines of any length", () =>
    Effect.gen(function*() {
      const passwd = `${"a".repeat(100_000)}:x:0:0::\nweb:x:7:7::\n`
      assert.strictEqual((yield* resolveUser("web", null, { passwd, group: "" })).uid, 7)
      yield* Effect.flip(resolveUser("a".repeat(100_000), null, { passwd, group: "" }))
    }))
})
