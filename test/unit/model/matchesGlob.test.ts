import { assert, describe, it } from "@effect/vitest"
import { matchesGlob } from "../../../src/model/matchesGlob.ts"
import { platformRank } from "../../../src/model/matchesPlatform.ts"

describe("matchesGlob", () => {
  it.each([
    ["busy*", "busybox", true],
    ["busy*", "busybox/x", false],
    ["*/*", "a/b", true],
    ["b?x", "box", true],
    ["b?x", "b/x", false],
    ["[a-c]x", "bx", true],
    ["[^a-c]x", "bx", false],
    ["a.b", "axb", false],
    ["a\\*b", "a*b", true],
    ["[z-a]", "z", false],
    ["[", "[", false],
    ["a**************************b", "a".repeat(5000), false]
  ])("%s and %s: %s", (pattern, text, matches) => {
    assert.strictEqual(matchesGlob(pattern, text), matches)
  })
})

describe("platformRank", () => {
  const platform = (text: string) => {
    const [os = "", architecture = "", variant] = text.split("/")
    return { os, architecture, ...(variant === undefined ? {} : { variant }) }
  }

  it.each([
    ["linux/amd64", "linux/amd64", 0],
    ["linux/amd64", "linux/arm64", undefined],
    ["linux/arm64", "linux/arm64/v8", 0],
    ["linux/arm64/v8", "linux/arm64", 0],
    ["linux/arm/v7", "linux/arm/v6", 1],
    ["linux/arm/v6", "linux/arm/v7", undefined],
    ["linux/arm", "linux/arm/v7", 0],
    ["windows/amd64", "linux/amd64", undefined]
  ])("who wants %s gets %s at rank %s", (wanted, offered, rank) => {
    assert.strictEqual(platformRank(platform(wanted), platform(offered)), rank)
  })
})
