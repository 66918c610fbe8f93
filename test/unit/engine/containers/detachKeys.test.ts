import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { parseDetachKeys, screenInput } from "../../../../src/engine/containers/detachKeys.ts"

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (all: Uint8Array) => new TextDecoder().decode(all)

describe("detach keys", () => {
  it.effect("are ctrl-p, ctrl-q unless said otherwise", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* parseDetachKeys(undefined), [16, 17])
      assert.deepStrictEqual(yield* parseDetachKeys("a,ctrl-@,ctrl-]"), [97, 0, 29])
    }))

  it.effect("refuse what is no key", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(parseDetachKeys("ctrl-x,nope"))
      assert.strictEqual(error.message, "Invalid detach keys (ctrl-x,nope) provided")
    }))

  it("are found across chunks, and never forwarded", () => {
    const screen = screenInput([16, 17])
    assert.deepStrictEqual(screen(bytes("ls\x10")), { forward: bytes("ls"), detached: false })
    assert.isTrue(screen(bytes("\x11")).detached)
  })

  it("that were begun but not finished reach the process", () => {
    const screen = screenInput([16, 17])
    assert.strictEqual(text(screen(bytes("a\x10b")).forward), "a\x10b")
    assert.strictEqual(text(screen(bytes("\x10")).forward), "")
    assert.strictEqual(text(screen(bytes("\x10x")).forward), "\x10\x10x")
  })
})
