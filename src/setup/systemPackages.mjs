import { existsSync } from "node:fs"
import { command } from "./command.mjs"
import { say } from "./say.mjs"

/** What Gantry and its tests use from the machine itself and a bare Debian may lack: a file, and the package that brings it. */
const needs = {
  engine: { "/etc/ssl/certs/ca-certificates.crt": "ca-certificates" },
  tests: { "/usr/bin/strace": "strace" }
}

/** Installs the Debian packages that are missing on the machine. */
export const installSystemPackages = (parts) => {
  const missing = parts.flatMap((part) => Object.entries(needs[part]))
    .flatMap(([file, name]) => existsSync(file) ? [] : [name])
  if (missing.length === 0) return
  if (process.getuid() !== 0) {
    throw new Error(`the packages ${missing.join(", ")} are missing: start as root, or install them with apt-get`)
  }
  say(`installing ${missing.join(", ")}`)
  const install = () =>
    command("apt-get", ["-q", "-y", "-o", "DPkg::Lock::Timeout=120", "install", "--no-install-recommends", ...missing])
  try {
    install()
  } catch {
    // Lists that are too old or were never fetched.
    command("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", "update"])
    install()
  }
}
