import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { mergeImageConfig } from "../../../../src/engine/containers/mergeImageConfig.ts"
import { ContainerConfig } from "../../../../src/model/ContainerConfig.ts"
import { ImageRunConfig } from "../../../../src/model/ImageConfig.ts"

const image = Schema.decodeUnknownSync(ImageRunConfig)({
  Entrypoint: ["/entry"], Cmd: ["serve"], Env: ["A=image", "B=image"], Labels: { l: "image", m: "image" },
  User: "www", WorkingDir: "/srv", StopSignal: "SIGQUIT"
})
const merged = (asked: Partial<typeof ContainerConfig.Encoded>) =>
  mergeImageConfig(Schema.decodeUnknownSync(ContainerConfig)(asked), image)
const command = (asked: Partial<typeof ContainerConfig.Encoded>) => {
  const { Cmd, Entrypoint } = merged(asked)
  return [...Entrypoint ?? [], ...Cmd ?? []]
}

describe("a container's configuration and its image's", () => {
  it("run the image's command when nothing is asked", () => assert.deepStrictEqual(command({}), ["/entry", "serve"]))
  it("run the client's command under the image's entrypoint", () =>
    assert.deepStrictEqual(command({ Cmd: ["ls"] }), ["/entry", "ls"]))
  it("drop the image's command for an entrypoint of one's own", () =>
    assert.deepStrictEqual(command({ Entrypoint: ["sh"] }), ["sh"]))
  it("have no entrypoint when it is cleared", () => {
    assert.deepStrictEqual(command({ Entrypoint: [""], Cmd: ["ls"] }), ["ls"])
    assert.deepStrictEqual(command({ Entrypoint: [] }), ["serve"])
  })
  it("join the environment by name, the client's first", () =>
    assert.deepStrictEqual(merged({ Env: ["B=mine", "C"] }).Env, ["B=mine", "C", "A=image"]))
  it("join labels, and take user, directory and signal where the client is silent", () => {
    const { Labels, StopSignal, User, WorkingDir } = merged({ Labels: { l: "mine" }, User: "root" })
    assert.deepStrictEqual([Labels, User, WorkingDir, StopSignal], [{ l: "mine", m: "image" }, "root", "/srv", "SIGQUIT"])
  })
})
