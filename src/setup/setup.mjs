// setup.mjs <engine|tests>: brings a clone to where it can run Gantry (engine), or also test it (tests). Runs on Node 20
// without any package. Each step looks first and does nothing where nothing is missing.
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { installNpmPackages } from "./npmPackages.mjs"
import { installStack } from "./installStack.mjs"
import { installSystemPackages } from "./systemPackages.mjs"
import { say } from "./say.mjs"

const root = join(dirname(fileURLToPath(import.meta.url)), "../..")
const parts = process.argv[2] === "tests" ? ["engine", "tests"] : ["engine"]

try {
  installNpmPackages(root)
  // Who names a stack of their own has no need of Debian's packages, nor perhaps a Debian.
  if (!process.env.GANTRY_STACK) {
    installSystemPackages(parts)
    installStack(root, parts)
  }
} catch (reason) {
  say(reason.message)
  process.exitCode = 1
}
