import { assert, it } from "@effect/vitest"
import { startFailure } from "../../../src/engine/startFailure.ts"

it.each([
  ["exec: \"x\": executable file not found in $PATH", 127],
  ["executable file `x` not found in $PATH: No such file or directory", 127],
  ["exec: \"/etc/passwd\": permission denied", 126],
  ["open executable: Permission denied", 126],
  ["exec: \"/tmp\": is a directory", 126],
  ["the path `/tmp` is not a regular file: Operation not permitted", 126],
  ["the path `/etc/passwd` exists but it is not executable: Operation not permitted", 126],
  ["error mounting: not a directory", 127],
  ["something else", 128]
])("%s ends with %i", (text, exitCode) => assert.strictEqual(startFailure(text).exitCode, exitCode))

it("gives clients the words that they look for, whichever runtime complained", () => {
  assert.include(startFailure("executable file `x` not found in $PATH: No such file or directory").message, "no such file or directory")
  assert.include(startFailure("the path `/tmp` is not a regular file").message, ": permission denied")
})
