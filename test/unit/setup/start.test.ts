import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import { appendFileSync, cpSync, existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { eventually } from "../../support/realTime.ts"
import { runProcess } from "../../support/runProcess.ts"
import { projectRoot } from "../../support/stack.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

const program = `
  const [, , ...args] = process.argv
  for (const signal of ["SIGHUP", "SIGINT", "SIGTERM"]) {
    process.on(signal, () => {
      console.log(signal)
      if (signal === "SIGTERM") process.exit(3)
    })
  }
  console.log(JSON.stringify({ args, cwd: process.cwd(), stack: process.env.GANTRY_STACK }))
  if (args.includes("stay")) setInterval(() => {}, 1000)
`

/** A clone in which set-up itself is a script that notes that it was called. */
const fakeClone = Effect.fnUntraced(function*() {
  const directory = yield* tempDirectory("clone")
  const root = join(directory, "here")
  for (const folder of ["node_modules/node/bin", ".stack/bin", "src"]) mkdirSync(join(root, folder), { recursive: true })
  cpSync(join(projectRoot, "src/setup"), join(root, "src/setup"), { recursive: true })
  symlinkSync(process.execPath, join(root, "node_modules/node/bin/node"))
  symlinkSync("/bin/true", join(root, ".stack/bin/containerd"))
  writeFileSync(join(root, "node_modules/.package-lock.json"), "{}")
  writeFileSync(join(root, "package-lock.json"), "{}")
  writeFileSync(join(root, "src/main.ts"), program)
  const setup = join(directory, "setup")
  const calls = join(directory, "calls")
  writeFileSync(setup, `#!/bin/sh\necho "$2" >>${calls}\n`, { mode: 0o755 })
  return {
    directory,
    root,
    setup,
    calls: () => existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : [],
    start: (at: string, ...args: ReadonlyArray<string>) =>
      runProcess("sh", [join(at, "src/setup/run.sh"), "engine", "src/main.ts", ...args], {
        env: { npm_node_execpath: setup, GANTRY_STACK: "", INIT_CWD: directory }
      })
  }
})

describe("npm start", () => {
  it.live("sets up once: not a second time, but again for other packages or at another place", () =>
    Effect.gen(function*() {
      const clone = yield* fakeClone()
      yield* clone.start(clone.root)
      yield* clone.start(clone.root)
      assert.deepStrictEqual(clone.calls(), ["engine"])
      appendFileSync(join(clone.root, "package-lock.json"), "\n")
      yield* clone.start(clone.root)
      assert.strictEqual(clone.calls().length, 2)
      const moved = join(clone.directory, "there")
      renameSync(clone.root, moved)
      yield* clone.start(moved)
      yield* clone.start(moved)
      assert.strictEqual(clone.calls().length, 3)
    }).pipe(Effect.scoped))

  it.live("hands on arguments, the folder it was called from, and where the stack is", () =>
    Effect.gen(function*() {
      const clone = yield* fakeClone()
      const { stdout } = yield* clone.start(clone.root, "serve", "a b", "*")
      assert.deepStrictEqual(JSON.parse(stdout), {
        args: ["serve", "a b", "*"],
        cwd: clone.directory,
        stack: join(clone.root, ".stack")
      })
    }).pipe(Effect.scoped))

  it.live("does not start the program when set-up fails", () =>
    Effect.gen(function*() {
      const clone = yield* fakeClone()
      writeFileSync(clone.setup, "#!/bin/sh\nexit 1\n")
      const { code, stdout } = yield* clone.start(clone.root)
      assert.deepStrictEqual([code, stdout], [1, ""])
    }).pipe(Effect.scoped))

  it.live("becomes the program: signals reach it and its exit code comes back", () =>
    Effect.gen(function*() {
      const clone = yield* fakeClone()
      let output = ""
      const child = yield* Effect.acquireRelease(
        Effect.sync(() =>
          spawn("sh", [join(clone.root, "src/setup/run.sh"), "engine", "src/main.ts", "stay"], {
            env: { ...process.env, npm_node_execpath: clone.setup },
            stdio: ["ignore", "pipe", "inherit"]
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      child.stdout.on("data", (chunk: Buffer) => {
        output += chunk
      })
      const printed = (text: string) =>
        eventually(() => `${text} in ${output}`, Effect.sync(() => output.includes(text) || undefined))
      yield* printed("\"stay\"")
      child.kill("SIGHUP")
      yield* printed("SIGHUP")
      child.kill("SIGINT")
      yield* printed("SIGINT")
      child.kill("SIGTERM")
      assert.strictEqual(yield* eventually("the end", Effect.sync(() => child.exitCode ?? undefined)), 3)
    }).pipe(Effect.scoped))
})
