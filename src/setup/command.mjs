import { spawnSync } from "node:child_process"

/** Runs a command to its end, quietly, and gives its standard output; what it printed is shown only if it fails. */
export const command = (program, args, options = {}) => {
  const { env, ...rest } = options
  const result = spawnSync(program, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 64 * 1024 * 1024,
    env: { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive", ...env },
    ...rest
  })
  if (result.status === 0) return result.stdout
  const reason = result.error?.message ?? `${result.stdout}${result.stderr}`.trim().split("\n").slice(-20).join("\n")
  throw new Error(`${program} ${args.join(" ")} failed (${result.status ?? result.signal ?? "not started"}):\n${reason}`)
}
