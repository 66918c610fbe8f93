import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs"
import { layeredRead } from "../../../src/host/layeredRead.ts"
import { runOrDie } from "../../support/runProcess.ts"
import { tempDirectory } from "../../support/tempDirectory.ts"

/** Two lower layers and an upper one, and the mount of them as a snapshotter tells it. */
const layers = Effect.gen(function*() {
  const directory = yield* tempDirectory("layers")
  const [bottom, top, upper, work, merged] = ["bottom", "top", "upper", "work", "merged"].map((name) => `${directory}/${name}`)
  for (const layer of [bottom, top, upper]) mkdirSync(`${layer}/etc`, { recursive: true })
  mkdirSync(`${work}`)
  mkdirSync(`${merged}`)
  const options = [`workdir=${work}`, `upperdir=${upper}`, `lowerdir=${top}:${bottom}`]
  return { bottom, top, upper, merged, mounts: [{ type: "overlay", source: "overlay", options }], options }
})

const read = (mounts: Parameters<typeof layeredRead>[0], path: string) =>
  Effect.map(layeredRead(mounts, path), (bytes) => new TextDecoder().decode(bytes)).pipe(
    Effect.catch(({ code }) => Effect.succeed(code))
  )

describe("a file of layers that are not mounted", () => {
  it.effect("is the one that the mount would show", () =>
    Effect.gen(function*() {
      const { bottom, merged, mounts, options, top, upper } = yield* layers
      writeFileSync(`${bottom}/etc/passwd`, "bottom\n")
      writeFileSync(`${bottom}/etc/group`, "bottom\n")
      writeFileSync(`${top}/etc/group`, "top\n")
      writeFileSync(`${bottom}/etc/gone`, "bottom\n")
      mkdirSync(`${bottom}/removed`)
      writeFileSync(`${bottom}/removed/file`, "bottom\n")
      mkdirSync(`${bottom}/became`)
      writeFileSync(`${bottom}/became/file`, "bottom\n")
      writeFileSync(`${top}/became`, "a file\n")
      symlinkSync("/etc/passwd", `${top}/link`)
      symlinkSync("etc", `${top}/folder`)
      symlinkSync("/nowhere", `${upper}/dangling`)
      yield* runOrDie("mknod", [`${upper}/etc/gone`, "c", "0", "0"])
      yield* runOrDie("mknod", [`${top}/removed`, "c", "0", "0"])
      const paths = [
        "/etc/passwd", "etc/group", "/etc/gone", "/removed/file", "/became", "/became/file", "/link", "/folder/group", "/dangling", "/none",
        "/etc", "/folder/../link"
      ]
      const unmounted = yield* Effect.forEach(paths, (path) => read(mounts, path))
      yield* runOrDie("mount", ["-t", "overlay", "overlay", "-o", options.join(","), `${merged}`])
      const mounted = paths.map((path) => {
        // The mount's absolute links lead out of it, so they are looked up by name.
        const at = path === "/link" || path === "/folder/../link" ? "/etc/passwd" : path === "/dangling" ? "/nowhere" : path
        try {
          return readFileSync(`${merged}/${at}`, "utf8")
        } catch (error) {
          return error instanceof Error && "code" in error ? String(error.code) : String(error)
        }
      })
      assert.deepStrictEqual(unmounted, mounted)
      assert.deepStrictEqual(unmounted.slice(0, 4), ["bottom\n", "top\n", "ENOENT", "ENOENT"])
    }))

  it.effect("is found in a bind, and never outside of it", () =>
    Effect.gen(function*() {
      const { bottom } = yield* layers
      writeFileSync(`${bottom}/etc/passwd`, "bottom\n")
      symlinkSync("../../../../../etc/hostname", `${bottom}/etc/out`)
      symlinkSync("loop", `${bottom}/loop`)
      const mounts = [{ type: "bind", source: `${bottom}`, options: ["rbind", "ro"] }]
      assert.strictEqual(yield* read(mounts, "/etc/passwd"), "bottom\n")
      assert.strictEqual(yield* read(mounts, "/etc/out"), "ENOENT")
      assert.strictEqual(yield* read(mounts, "/loop"), "ELOOP")
      assert.strictEqual((yield* Effect.flip(layeredRead(mounts, "/etc/passwd", 3))).code, "EFBIG")
    }))
})
