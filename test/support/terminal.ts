import { Effect } from "effect"
import { spawn } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { eventually } from "./realTime.ts"
import { runOrDie } from "./runProcess.ts"
import { tempDirectory } from "./tempDirectory.ts"

export interface TerminalOptions {
  readonly columns?: number
  readonly rows?: number
  readonly env?: Record<string, string>
  readonly cwd?: string
}

/** A program on a pseudo-terminal, with a test as the person in front of it. */
export interface Terminal {
  /** Keys: `\r` is Enter, `\x03` is Ctrl-C, `\x04` is Ctrl-D. */
  type(keys: string): Effect.Effect<void>
  /** All that was shown so far, with its `\r\n` and control sequences. */
  readonly screen: Effect.Effect<string>
  /** Waits until what was shown contains a text or matches, and gives all of it. */
  shows(pattern: string | RegExp): Effect.Effect<string>
  /** Changes the window's size; the program gets SIGWINCH. */
  resize(columns: number, rows: number): Effect.Effect<void>
  /** Waits for the program's end and gives its exit code. */
  readonly exit: Effect.Effect<number>
}

const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`

/** Starts a program on a new terminal (`script` of util-linux makes it); it is hung up when the scope closes. */
export const startTerminal = Effect.fn("startTerminal")(function*(
  command: ReadonlyArray<string>,
  options: TerminalOptions = {}
) {
  const directory = yield* tempDirectory("terminal")
  const nameFile = join(directory, "tty")
  const size = `stty cols ${options.columns ?? 80} rows ${options.rows ?? 24}`
  const line = `${size}; tty >${quoted(`${nameFile}.draft`)}; mv ${quoted(`${nameFile}.draft`)} ${quoted(nameFile)}; ` +
    `exec ${command.map(quoted).join(" ")}`
  const child = yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn("script", ["--quiet", "--return", "--flush", "--command", line, "/dev/null"], {
        env: { ...process.env, SHELL: "/bin/sh", TERM: "xterm", ...options.env },
        ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
        stdio: ["pipe", "pipe", "inherit"]
      })
    ),
    (child) => Effect.sync(() => child.kill("SIGTERM"))
  )
  let screen = ""
  let exitCode: number | undefined
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    screen += text
  })
  child.stdin.on("error", () => undefined)
  child.on("close", (code) => {
    exitCode = code ?? -1
  })
  const found = (pattern: string | RegExp) =>
    typeof pattern === "string" ? screen.includes(pattern) : pattern.test(screen)

  yield* eventually("the terminal", Effect.sync(() => existsSync(nameFile) || exitCode !== undefined || undefined))
  const terminal: Terminal = {
    type: (keys) => Effect.sync(() => void child.stdin.write(keys)),
    screen: Effect.sync(() => screen),
    shows: (pattern) =>
      eventually(
        () => `${pattern} on the terminal, which shows:\n${screen}`,
        Effect.sync(() => found(pattern) ? screen : undefined)
      ),
    resize: (columns, rows) =>
      Effect.suspend(() =>
        runOrDie("stty", ["-F", readFileSync(nameFile, "utf8").trim(), "cols", `${columns}`, "rows", `${rows}`])
      ).pipe(Effect.asVoid),
    exit: eventually(() => `the program's end; the terminal shows:\n${screen}`, Effect.sync(() => exitCode))
  }
  return terminal
})
