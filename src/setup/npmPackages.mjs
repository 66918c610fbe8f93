import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { command } from "./command.mjs"
import { say } from "./say.mjs"

const packagesOf = (file) => existsSync(file) ? JSON.parse(readFileSync(file, "utf8")).packages : {}

/** True if `node_modules` holds each package of the lock file, at its version. */
const installed = (root) => {
  const present = packagesOf(join(root, "node_modules/.package-lock.json"))
  return Object.entries(packagesOf(join(root, "package-lock.json"))).every(([path, wanted]) =>
    path === "" || wanted.optional === true || present[path]?.version === wanted.version)
}

/** The path of the Node that runs Gantry, from the npm package `node`. */
const nodeBinary = (root) => join(root, "node_modules/node/bin/node")

const nodeRuns = (root, version) => {
  try {
    return command(nodeBinary(root), ["--version"]).trim() === `v${version}`
  } catch {
    return false
  }
}

/** Installs what package-lock.json asks for, with the Node in it, unless it is there. */
export const installNpmPackages = (root) => {
  const npm = (...args) =>
    process.env.npm_execpath === undefined
      ? command("npm", args, { cwd: root })
      : command(process.execPath, [process.env.npm_execpath, ...args], { cwd: root })
  if (!installed(root)) {
    say("installing npm packages")
    npm("ci", "--include=dev", "--no-audit", "--no-fund")
  }
  const { version } = packagesOf(join(root, "package-lock.json"))["node_modules/node"]
  if (nodeRuns(root, version)) return
  say(`installing Node ${version}`)
  // Its own install script fetches the binary for this machine; npm skips it where scripts are switched off.
  command(process.execPath, ["installArchSpecificPackage.js"], { cwd: join(root, "node_modules/node") })
  if (!nodeRuns(root, version)) {
    throw new Error(`${nodeBinary(root)} is not Node ${version}: remove node_modules and start again`)
  }
}
