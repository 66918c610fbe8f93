import { Effect } from "effect"
import { createHash } from "node:crypto"
import { TestEngine } from "../support/engine.ts"
import { eventually } from "../support/realTime.ts"
import type { Finished, RunOptions } from "../support/runProcess.ts"
import type { TerminalOptions } from "../support/terminal.ts"

/** `docker <words> <more>` to its end; the words are separated by blanks. */
export const docker = (words: string, more: ReadonlyArray<string> = [], options?: RunOptions) =>
  Effect.flatMap(TestEngine, ({ docker }) => docker.run([...words.split(" "), ...more], options))

/** As `docker`, and dies if it does not end with 0; gives standard output without the last line break. */
export const output = (words: string, more: ReadonlyArray<string> = [], options?: RunOptions) =>
  Effect.flatMap(TestEngine, ({ docker }) => docker.text([...words.split(" "), ...more], options))

/** `docker <words> <more>` on a terminal. */
export const onTerminal = (words: string, more: ReadonlyArray<string> = [], options?: TerminalOptions) =>
  Effect.flatMap(TestEngine, ({ docker }) => docker.terminal([...words.split(" "), ...more], options))

export const field = (container: string, path: string) => output("inspect --format", [`{{${path}}}`, container])

/** Waits until a field of `docker inspect` has a value. */
export const becomes = (container: string, path: string, value: string) =>
  eventually(`${path} of ${container} to be ${value}`,
    Effect.map(field(container, path), (now) => now === value || undefined))

/** Waits until what a container has printed contains a text. */
export const prints = (container: string, text: string) =>
  eventually(`${container} to print ${text}`,
    Effect.map(docker("logs", [container]), ({ stderr, stdout }) => `${stdout}${stderr}`.includes(text) || undefined))

/** What a shell script should do at once at a signal, and until then nothing. */
export const trapping = (handlers: string) =>
  ["sh", "-c", `${handlers}; echo ready; while :; do sleep 0.05; done`]

export const ending = ({ code, stderr, stdout }: Finished) => ({ code, stdout, stderr })

export const sha256 = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex")
