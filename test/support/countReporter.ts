import { writeFileSync } from "node:fs"
import type { Reporter } from "vitest/node"

/** Writes "<passed> <failed>" to the file named by GANTRY_TEST_COUNTS; a file that could not be run counts as one failure. */
export const countReporter: Reporter = {
  onTestRunEnd: (modules) => {
    const file = process.env["GANTRY_TEST_COUNTS"]
    if (file === undefined) return
    const count = (state: "passed" | "failed") =>
      modules.reduce((sum, module) => sum + [...module.children.allTests(state)].length, 0)
    const broken = modules.filter((module) => module.errors().length > 0).length
    writeFileSync(file, `${count("passed")} ${count("failed") + broken}\n`)
  }
}
