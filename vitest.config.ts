import { defineConfig } from "vitest/config"
import { countReporter } from "./test/support/countReporter.ts"

// The long sweeps (`npm run test:long`) are files named `*.long.test.ts`, in any of the folders.
const long = process.env["GANTRY_LONG"] !== undefined

const project = (name: string) => ({
  extends: true as const,
  test: {
    name,
    include: [`test/${name}/**/*${long ? ".long" : ""}.test.ts`],
    exclude: long ? [] : ["**/*.long.test.ts"]
  }
})

export default defineConfig({
  test: {
    projects: ["unit", "contract", "clients", "faults", "issues"].map(project),
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    passWithNoTests: true,
    reporters: ["default", countReporter]
  }
})
