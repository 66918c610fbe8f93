import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import * as ImageReference from "../../../src/model/ImageReference.ts"

const digest = `sha256:${"a".repeat(64)}`

const canonicalOf = (text: string) =>
  Result.map(ImageReference.parse(text), (reference) => ImageReference.canonical(ImageReference.withDefaultTag(reference)))

const familiarOf = (text: string) => Result.map(ImageReference.parse(text), ImageReference.familiar)

describe("ImageReference", () => {
  it.each([
    ["busybox", "docker.io/library/busybox:latest"],
    ["busybox:1.36", "docker.io/library/busybox:1.36"],
    ["foo/bar", "docker.io/foo/bar:latest"],
    ["docker.io/busybox", "docker.io/library/busybox:latest"],
    ["index.docker.io/library/busybox:1", "docker.io/library/busybox:1"],
    ["localhost/a", "localhost/a:latest"],
    ["127.0.0.1:5000/a/b:c", "127.0.0.1:5000/a/b:c"],
    ["[::1]:5000/a", "[::1]:5000/a:latest"],
    [`busybox@${digest}`, `docker.io/library/busybox@${digest}`],
    [`r.io/a:1@${digest}`, `r.io/a:1@${digest}`]
  ])("completes %s to %s", (text, canonical) => {
    assert.deepStrictEqual(canonicalOf(text), Result.succeed(canonical))
  })

  it.each([
    ["docker.io/library/busybox:latest", "busybox:latest"],
    ["docker.io/foo/bar:1", "foo/bar:1"],
    ["docker.io/library/a/b:1", "library/a/b:1"],
    ["quay.io/library/a:1", "quay.io/library/a:1"]
  ])("shortens %s to %s", (text, familiar) => {
    assert.deepStrictEqual(familiarOf(text), Result.succeed(familiar))
  })

  it.each([
    ["Foo", "invalid reference format: repository name (library/Foo) must be lowercase"],
    ["a".repeat(64), `invalid repository name (${"a".repeat(64)}), cannot specify 64-byte hexadecimal strings`],
    ["", "invalid reference format"],
    ["a:b:c", "invalid reference format"],
    ["../../etc", "invalid reference format"],
    ["a//b", "invalid reference format"],
    [`a:${"x".repeat(129)}`, "invalid reference format"],
    [`a@sha256:${"A".repeat(64)}`, "invalid reference format"],
    ["a@sha256:abc", "invalid reference format"],
    [`${"a/".repeat(150)}a`, "repository name must not be more than 255 characters"]
  ])("refuses %s in Docker's words", (text, message) => {
    const failure = Result.flip(ImageReference.parse(text))
    assert.deepStrictEqual(Result.map(failure, (error) => error.message), Result.succeed(message))
  })
})
