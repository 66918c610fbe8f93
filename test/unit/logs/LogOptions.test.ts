import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { logAttributes } from "../../../src/logs/LogAttributes.ts"
import * as LogOptions from "../../../src/logs/LogOptions.ts"

const refusal = (driver: string, options: Record<string, string>) =>
  Effect.map(Effect.flip(LogOptions.decode(driver, options)), (failure) => failure.message)

describe("LogOptions", () => {
  it.effect("takes json-file for granted", () =>
    Effect.gen(function*() {
      const expected = {
        driver: "json-file", sizeMax: undefined, filesMax: 1, compress: false, waitingBytesMax: undefined,
        attributes: { labels: [], labelsPattern: undefined, env: [], envPattern: undefined, tag: "" }
      }
      assert.deepStrictEqual<unknown>(yield* LogOptions.decode("", {}), expected)
      assert.deepStrictEqual<unknown>(yield* LogOptions.decode("json-file", { mode: "blocking" }), expected)
      assert.deepStrictEqual(yield* LogOptions.decode("none", { whatever: "x" }), { driver: "none" })
    }))

  it.effect("reads sizes in thousands", () =>
    Effect.gen(function*() {
      const sizeOf = (size: string) =>
        Effect.map(LogOptions.decode("json-file", { "max-size": size }), (settings) =>
          settings.driver === "json-file" ? settings.sizeMax : "none")
      assert.deepStrictEqual(yield* Effect.forEach(["10m", "1.5K", "2GiB", "512", "3 kb", "-1"], sizeOf),
        [10_000_000, 1_500, 2_000_000_000, 512, 3_000, undefined])
    }))

  it.effect("reads the mode", () =>
    Effect.gen(function*() {
      const waiting = (options: Record<string, string>) =>
        Effect.map(LogOptions.decode("json-file", options), (settings) =>
          settings.driver === "json-file" ? settings.waitingBytesMax : -1)
      assert.strictEqual(yield* waiting({ mode: "non-blocking" }), 1_048_576)
      assert.strictEqual(yield* waiting({ mode: "non-blocking", "max-buffer-size": "4m" }), 4_194_304)
    }))

  it.effect("refuses in Docker's words", () =>
    Effect.gen(function*() {
      const cases: Array<[string, Record<string, string>, string]> = [
        ["gelf", {}, "logger: no log driver named 'gelf' is registered"],
        ["json-file", { x: "1" }, "unknown log opt 'x' for json-file log driver"],
        ["json-file", { "max-size": "0" }, "max-size must be a positive number"],
        ["json-file", { "max-size": "many" }, "invalid size: 'many'"],
        ["json-file", { "max-file": "0" }, "max-file cannot be less than 1"],
        ["json-file", { "max-file": "x" }, "strconv.Atoi: parsing \"x\": invalid syntax"],
        ["json-file", { compress: "yes" }, "strconv.ParseBool: parsing \"yes\": invalid syntax"],
        ["json-file", { compress: "true", "max-file": "3" }, "compress cannot be true when max-file is less than 2 or max-size is not set"],
        ["json-file", { mode: "fast" }, "logger: logging mode not supported: fast"],
        ["json-file", { "max-buffer-size": "1m" }, "logger: max-buffer-size option is only supported with 'mode=non-blocking'"]
      ]
      for (const [driver, options, message] of cases) assert.strictEqual(yield* refusal(driver, options), message)
    }))

  it.effect("chooses labels, variables and the tag", () =>
    Effect.gen(function*() {
      const settings = yield* LogOptions.decode("json-file", {
        labels: "a, b", "labels-regex": "^team", env: "HOME", "env-regex": "^LC_", tag: "{{.Name}}/{{ .ID }}/{{.ImageID}}"
      })
      if (settings.driver !== "json-file") return assert.fail("another driver")
      assert.deepStrictEqual(
        logAttributes(settings.attributes, {
          containerId: "0123456789abcdef", containerName: "web", imageId: "sha256:fedcba98765432100", imageName: "i",
          command: "sh", daemonName: "gantry",
          labels: { a: "1", team_x: "2", other: "3" }, env: ["HOME=/root", "LC_ALL=C=1", "PATH=/bin", "HOMELESS=1"]
        }),
        { a: "1", team_x: "2", HOME: "/root", LC_ALL: "C=1", tag: "web/0123456789ab/fedcba987654" }
      )
      assert.strictEqual(yield* refusal("json-file", { tag: "{{with .Name}}" }), "unsupported log tag '{{with .Name}}'")
    }))
})
