import { NodeServices } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readCgroupTree } from "../../../src/host/CgroupTree.ts"
import { limitsOfVersion2 } from "../../../src/host/HostLimits.ts"
import { parseMountinfo } from "../../../src/host/mountinfo.ts"

describe("a mount table", () => {
  it("is read with its escapes, options and propagation", () => {
    const line = "36 35 98:0 /a\\040b /mnt/c\\134d rw,noatime shared:1 master:2 - ext4 /dev/x rw,errors=continue\n\nnonsense\n"
    assert.deepStrictEqual(parseMountinfo(line), [{
      root: "/a b",
      mountPoint: "/mnt/c\\d",
      fsType: "ext4",
      source: "/dev/x",
      superOptions: ["rw", "errors=continue"],
      propagation: ["shared:1", "master:2"]
    }])
  })
})

layer(NodeServices.layer)("the cgroups", (it) => {
  const tree = (lines: ReadonlyArray<string>) => readCgroupTree(parseMountinfo(lines.join("\n")))

  it.effect("are version 2 when that is what is mounted at their root", () =>
    Effect.gen(function*() {
      const { crunNeedsUnshare, hybrid, mounts, unified, version } = yield* tree(["30 22 0:27 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw"])
      assert.deepStrictEqual({ crunNeedsUnshare, hybrid, unified, version }, {
        crunNeedsUnshare: false, hybrid: false, unified: "/sys/fs/cgroup", version: 2
      })
      assert.strictEqual(mounts.size, 0)
    }))

  it.effect("are version 1 with each controller where it is mounted", () =>
    Effect.gen(function*() {
      const { controllers, hybrid, mounts, version } = yield* tree([
        "30 22 0:27 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755",
        "31 30 0:28 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,xattr,cpu,cpuacct",
        "39 30 0:36 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd"
      ])
      assert.strictEqual(version, 1)
      assert.isFalse(hybrid)
      assert.deepStrictEqual([...controllers], ["cpu", "cpuacct"])
      assert.strictEqual(mounts.get("cpuacct"), "/sys/fs/cgroup/cpu,cpuacct")
    }))

  it.effect("of version 2 have the limits of their controllers", () =>
    Effect.sync(() => {
      const limits = limitsOfVersion2(new Set(["memory", "pids"]), false)
      assert.deepInclude(limits, { memory: true, swap: false, memorySwappiness: false, oomKillDisable: false, pids: true, cpuCfs: false, blkioWeight: false })
    }))
})
