import { assert, describe, it } from "@effect/vitest"
import { existsSync, globSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import { projectRoot } from "../support/stack.ts"

const source = (path: string) => readFileSync(join(projectRoot, path), "utf8")

const files = (...patterns: ReadonlyArray<string>) =>
  patterns.flatMap((pattern) => globSync(pattern, { cwd: projectRoot }))
    .filter((path) => !path.includes("/generated/"))
    .toSorted()

const written = files("src/**/*.ts")

/** The files that `path` imports, also those it exports from. */
const importsOf = (path: string) =>
  [...source(path).matchAll(/(?:\bfrom|\bimport)\s*\(?\s*["'](\.[^"']+)["']/g)]
    .map(([, specifier = ""]) => relative(projectRoot, join(projectRoot, dirname(path), specifier)))

/** Where programs come in: the process, and what package.json publishes. */
const entries = () => {
  const { exports = {} }: { readonly exports?: unknown } = JSON.parse(source("package.json"))
  const published = [...JSON.stringify(exports).matchAll(/"\.\/dist\/([^"]+)\.js"/g)].map(([, name]) => `src/${name}.ts`)
  return new Set(["src/main.ts", "src/index.ts", ...published])
}

/** Code without comments and the contents of strings, so that words in them do not count. */
const code = (path: string) =>
  source(path)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|\s)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g, "\"\"")

/** One complaint for each file that breaks a rule, with what to do. */
const complaints = (paths: ReadonlyArray<string>, breaks: (path: string) => boolean, remedy: string) =>
  paths.filter(breaks).map((path) => `${path}: ${remedy}`)

const inRoom = (path: string, rooms: ReadonlyArray<string>) => rooms.includes(path.split("/")[1] ?? "")

const adapters = ["containerd", "host", "logs", "network", "runtimes", "store"]
const drawers = /^(utils?|helpers?|common|types?|constants?|misc|shared|lib)$/i

describe("the house rules", () => {
  it("leave no file of src unused", () => {
    const used = new Set(written.flatMap(importsOf))
    // What is published for tests is used by them.
    const usedByTests = new Set(files("test/**/*.ts", "benchmarks/**/*.ts").flatMap(importsOf))
    const alone = (path: string) =>
      !used.has(path) && !entries().has(path) && !(inRoom(path, ["testing"]) && usedByTests.has(path))
    assert.deepStrictEqual(
      complaints(written, alone, "nothing in src imports it; use it, or remove it with its test"),
      []
    )
  })

  it("import nothing that is not there", () => {
    const broken = (path: string) => importsOf(path).some((imported) => !existsSync(join(projectRoot, imported)))
    assert.deepStrictEqual(complaints(written, broken, "it imports a file that does not exist; correct the path"), [])
  })

  it("know no drawers: each file and folder is named after one concept", () => {
    const drawer = (path: string) =>
      path.split("/").slice(1).some((name) => drawers.test(basename(name, ".ts"))) ||
      (basename(path) === "index.ts" && !entries().has(path))
    assert.deepStrictEqual(
      complaints(files("src/**/*.ts", "src/**/*.mjs", "test/**/*.ts", "benchmarks/**/*.ts"), drawer, "say what is in it; name it after its concept, or move its parts to where they are used"),
      []
    )
  })

  it("keep promises and exceptions out of everything but the adapters", () => {
    const outside = written.filter((path) => !inRoom(path, [...adapters, "setup"]))
    const impatient = (path: string) => /(?<![.\w])(async|await)\s|(?<![.\w])try\s*\{/.test(code(path))
    assert.deepStrictEqual(
      complaints(outside, impatient, "async, await and try belong to adapters; use Effect.gen, or Effect.try at the edge"),
      []
    )
  })

  it("merge no unfinished business", () => {
    const marked = (path: string) => /\b(TODO|FIXME|XXX)\b/.test(source(path))
    const all = files("src/**/*.ts", "src/**/*.mjs", "src/**/*.sh", "test/**/*.ts", "benchmarks/**/*.ts")
      .filter((path) => path !== "test/unit/tidy.test.ts")
    assert.deepStrictEqual(complaints(all, marked, "finish it, or open an issue and take the mark out"), [])
  })

  it("skip no test and single none out", () => {
    const partial = (path: string) => /\b(it|test|describe|layer)(\.\w+)*\.(skip|only|todo|fails)\b/.test(code(path))
    assert.deepStrictEqual(
      complaints(files("test/**/*.ts"), partial, "take .skip, .only, .todo or .fails out: a test runs and passes, or goes"),
      []
    )
  })
})
