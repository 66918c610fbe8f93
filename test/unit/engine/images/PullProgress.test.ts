import { assert, describe, it } from "@effect/vitest"
import type { TransferProgress } from "../../../../src/containerd/ImageTransfer.ts"
import * as PullProgress from "../../../../src/engine/images/PullProgress.ts"

const digest = (digit: string) => `sha256:${digit.repeat(64)}`

const told = (event: string, digit: string, current = 0): TransferProgress => ({
  event,
  name: `layer-${digest(digit)}`,
  parents: [],
  current,
  total: 100,
  target: { mediaType: "", digest: digest(digit), size: 100, annotations: {} }
})

const words = (records: ReturnType<PullProgress.PullProgress["finish"]>) => records.map(({ id, status }) => `${id?.[0]} ${status}`)

describe("PullProgress", () => {
  it("announces each layer once, in the image's order", () => {
    const progress = PullProgress.make()
    assert.deepStrictEqual(words(progress.next(told("waiting", "b"))), ["b Pulling fs layer"])
    assert.deepStrictEqual(words(progress.announce([digest("a"), digest("b")])), ["a Pulling fs layer"])
  })

  it("extracts a layer only when those below are here", () => {
    const progress = PullProgress.make()
    progress.announce([digest("a"), digest("b")])
    assert.deepStrictEqual(progress.next(told("downloading", "b", 40)).map(({ progressDetail }) => progressDetail), [
      { current: 40, total: 100 }
    ])
    assert.deepStrictEqual(words(progress.next(told("complete", "b"))), ["b Download complete"])
    assert.deepStrictEqual(words(progress.next(told("complete", "a"))), ["a Download complete", "a Extracting", "b Extracting"])
    assert.deepStrictEqual(words(progress.finish()), ["a Pull complete", "b Pull complete"])
  })

  it("takes a layer for present of which containerd told nothing", () => {
    const progress = PullProgress.make()
    progress.announce([digest("a"), digest("b")])
    assert.deepStrictEqual(words(progress.next(told("already exists", "a"))), ["a Already exists"])
    assert.deepStrictEqual(words(progress.finish()), ["b Already exists"])
  })

  it("says nothing of manifests and configurations", () => {
    const progress = PullProgress.make()
    assert.deepStrictEqual(progress.next({ ...told("complete", "a"), name: `config-${digest("a")}` }), [])
    assert.deepStrictEqual(progress.finish(), [])
  })
})
