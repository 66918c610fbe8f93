import { assert, describe, it } from "@effect/vitest"
import {
  boundingCapabilities, capabilityNames, defaultCapabilities, processCapabilities, refuseCapabilities
} from "../../../../src/engine/containers/spec/capabilities.ts"

const all = (1n << 41n) - 1n
const bounding = (add: ReadonlyArray<string>, drop: ReadonlyArray<string>, privileged = false, available = all) =>
  boundingCapabilities({ CapAdd: add, CapDrop: drop, Privileged: privileged }, available)

describe("capabilities", () => {
  it.each([
    ["the defaults", [], [], defaultCapabilities],
    ["one more, in either spelling", ["net_admin", "CAP_NET_ADMIN"], [], [...defaultCapabilities, "CAP_NET_ADMIN"]],
    ["one less", [], ["MKNOD"], defaultCapabilities.filter((name) => name !== "CAP_MKNOD")],
    ["what is added after all were dropped", ["CHOWN"], ["ALL"], ["CAP_CHOWN"]],
    ["nothing", [], ["all"], []],
    ["everything", ["ALL"], [], capabilityNames(all)],
    ["everything but what was dropped", ["ALL"], ["SYS_ADMIN"], capabilityNames(all).filter((name) => name !== "CAP_SYS_ADMIN")]
  ])("are %s", (_, add, drop, expected) => {
    assert.deepStrictEqual(bounding(add, drop), expected)
  })

  it("are all that the daemon has, when privileged", () => {
    assert.deepStrictEqual(bounding([], ["ALL"], true), capabilityNames(all))
    assert.notInclude(bounding([], [], true, all & ~(1n << 24n)), "CAP_SYS_RESOURCE")
  })

  it("hold in the sets of root alone", () => {
    assert.deepStrictEqual(processCapabilities(["CAP_KILL"], 0), {
      bounding: ["CAP_KILL"], effective: ["CAP_KILL"], permitted: ["CAP_KILL"]
    })
    assert.deepStrictEqual(processCapabilities(["CAP_KILL"], 1000), { bounding: ["CAP_KILL"] })
  })

  it("are refused when unknown, or not the daemon's to give", () => {
    assert.strictEqual(refuseCapabilities("CapAdd", ["chown", "x"], all), "invalid CapAdd: unknown capability: \"CAP_X\"")
    assert.strictEqual(
      refuseCapabilities("CapDrop", ["SYS_RESOURCE"], all & ~(1n << 24n)),
      "invalid CapDrop: capability not supported by your kernel or not available in the current environment: \"CAP_SYS_RESOURCE\""
    )
    assert.isUndefined(refuseCapabilities("CapAdd", ["ALL", "cap_kill"], all))
    assert.isUndefined(refuseCapabilities("CapAdd", null, all))
  })
})
