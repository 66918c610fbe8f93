import { Effect } from "effect"
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { type RunOptions, runOrDie, runProcess } from "./runProcess.ts"
import { stackProgram } from "./stack.ts"
import { tempDirectory } from "./tempDirectory.ts"
import { startTerminal, type TerminalOptions } from "./terminal.ts"

/** The real docker CLI, with a configuration of its own, talking to one socket. */
export interface Docker {
  /** `docker <args>`, also `docker compose …`. */
  run(args: ReadonlyArray<string>, options?: RunOptions): ReturnType<typeof runProcess>
  /** As `run`, and dies if the CLI does not end with 0; gives standard output without the last line break. */
  text(args: ReadonlyArray<string>, options?: RunOptions): Effect.Effect<string>
  /** `docker <args>` on a terminal, as for `-it`. */
  terminal(args: ReadonlyArray<string>, options?: TerminalOptions): ReturnType<typeof startTerminal>
  /** Its DOCKER_CONFIG, for a `config.json` of the test's own. */
  readonly configDirectory: string
  /** What makes other clients (compose alone, dockerode) find the socket. */
  readonly env: Record<string, string>
}

/** A docker CLI for the engine that listens on `socket`. */
export const dockerAt = Effect.fn("dockerAt")(function*(socket: string) {
  const configDirectory = yield* tempDirectory("docker")
  mkdirSync(join(configDirectory, "cli-plugins"))
  symlinkSync(stackProgram("docker-compose"), join(configDirectory, "cli-plugins/docker-compose"))
  writeFileSync(join(configDirectory, "config.json"), "{}")
  const env = {
    DOCKER_HOST: `unix://${socket}`,
    DOCKER_CONFIG: configDirectory,
    DOCKER_CLI_HINTS: "false",
    // A machine's proxy is none of a unix socket's business, and compose reads HOME.
    HOME: configDirectory,
    NO_COLOR: "1"
  }
  const merged = (options: RunOptions = {}) => ({ ...options, env: { ...env, ...options.env } })
  const docker: Docker = {
    run: (args, options) => runProcess(stackProgram("docker"), args, merged(options)),
    text: (args, options) =>
      Effect.map(runOrDie(stackProgram("docker"), args, merged(options)), ({ stdout }) => stdout.replace(/\n$/, "")),
    terminal: (args, options = {}) =>
      startTerminal([stackProgram("docker"), ...args], { ...options, env: { ...env, ...options.env } }),
    configDirectory,
    env
  }
  return docker
})
