import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

/** Mount points at or below a directory, the innermost first. */
export const mountsBelow = (directory: string) =>
  readFileSync("/proc/self/mountinfo", "utf8").split("\n")
    .flatMap((line) => line.split(" ")[4] ?? [])
    .map((path) => path.replace(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(parseInt(octal, 8))))
    .filter((path) => path === directory || path.startsWith(`${directory}/`))
    .toReversed()

const removeDirectory = (directory: string) =>
  Effect.sync(() => {
    for (const mount of mountsBelow(directory)) execFileSync("umount", ["-l", mount])
    rmSync(directory, { recursive: true, force: true })
  })

/** A directory of the test's own. It goes, with what is mounted below it, when the scope closes. */
export const tempDirectory = (name = "test") =>
  Effect.acquireRelease(
    // Short, since paths of unix sockets end at 107 bytes.
    Effect.sync(() => mkdtempSync(join(realpathSync(tmpdir()), `gantry-${name}-`))),
    removeDirectory
  )
