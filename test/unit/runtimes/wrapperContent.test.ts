import { assert, it } from "@effect/vitest"
import { Result } from "effect"
import { execFileSync } from "node:child_process"
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { wrapperContent } from "../../../src/runtimes/wrapperContent.ts"

const alphabet = ["a", "B", " ", "  ", "'", "\"", "\\", "$", "$(id)", "`id`", "\n", "\r", "\t", "*", "?", "[a]", ";", "&", "|", "<", ">", "#", "~", "!", "{a,b}", "-", "--x=", "=", "%s", "é", "𝄞", "\u0001", "''", "'\\''"]

/** A small generator of its own, so that a failure can be repeated. */
const generator = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return seed / 2 ** 32
}

it("hands 1,000 argument lists over exactly as they are", () => {
  const directory = mkdtempSync(join(tmpdir(), "gantry-words-"))
  try {
    const random = generator(4)
    const pick = () => alphabet[Math.floor(random() * alphabet.length)] ?? ""
    const word = () => Array.from({ length: Math.floor(random() * 8) }, pick).join("")
    const lists = Array.from({ length: 1000 }, () => Array.from({ length: Math.floor(random() * 6) }, word))
    const scripts = lists.map((bound, round) => {
      const script = join(directory, `script-${round}.sh`)
      writeFileSync(script, Result.getOrThrow(wrapperContent(["/usr/bin/printf", "%s\\0", "first", ...bound])))
      chmodSync(script, 0o500)
      return script
    })
    const own = ["--bundle", "a b", "", "*", "$(id)", "it's", "last"]
    // One shell starts them all, which is many times faster than starting each from here.
    const loop = `for script do "$script" ${own.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}; done`
    const seen = execFileSync("/bin/sh", ["-c", loop, "sh", ...scripts], { encoding: "utf8", maxBuffer: 1 << 26 })
    assert.deepStrictEqual(seen.split("\0").slice(0, -1), lists.flatMap((bound) => ["first", ...bound, ...own]))
  } finally {
    rmSync(directory, { recursive: true })
  }
})

it("becomes the program instead of waiting for it", () => {
  assert.strictEqual(Result.getOrThrow(wrapperContent(["/bin/runc", "--debug"])), "#!/bin/sh\nexec '/bin/runc' '--debug' \"$@\"\n")
})

it("refuses a NUL", () => {
  const refused = Result.getOrThrow(Result.flip(wrapperContent(["/bin/runc", "a\0b"])))
  assert.strictEqual(refused.message, "runtime argument \"a\\u0000b\" holds a NUL character")
})
