import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestEngine } from "../support/engine.ts"
import { startRegistry } from "../support/registry.ts"
import { tar } from "../support/tar.ts"
import {
  busyboxImage, busyboxVariant, compressed, digestOf, dockerArchive, imageId, ociArchive, ociImage, type TestImage
} from "../support/testImages.ts"
import { docker, output } from "./cli.ts"
import { actions, watchEvents } from "./eventStream.ts"

const failing = (words: string, more: ReadonlyArray<string> = []) =>
  Effect.map(docker(words, more), ({ code, stderr }) => ({ code, stderr: stderr.trimEnd() }))

const refused = (message: string) => ({ code: 1, stderr: `Error response from daemon: ${message}` })

const idsOf = (words: string, more: ReadonlyArray<string> = []) =>
  Effect.map(output(words, more), (text) => text.split("\n").filter((line) => line !== "").toSorted())

/** An image that nobody else has. */
const own = (tag: string): TestImage => busyboxVariant(tag, { Labels: { "io.example.tag": tag } }, [[{ path: "tag", content: tag }]])

const foreign = (tag: string): TestImage => ({ ...own(tag), architecture: process.arch === "arm64" ? "amd64" : "arm64" })

layer(TestEngine.layer(), { excludeTestServices: true })("images", (it) => {
  for (
    const [form, archive] of [
      ["Docker's archive", (image: TestImage) => dockerArchive(image)],
      ["an OCI layout", (image: TestImage) => ociArchive(image)],
      ["an OCI layout with zstd layers", (image: TestImage) => ociArchive(image, "zstd")],
      ["an archive compressed by gzip", (image: TestImage) => compressed(dockerArchive(image), "gzip")],
      ["an archive compressed by zstd", (image: TestImage) => compressed(ociArchive(image), "zstd")]
    ] as const
  ) {
    it.effect(`are loaded from ${form} and run`, () =>
      Effect.gen(function*() {
        const tag = `loaded-${digestOf(Buffer.from(form)).slice(7, 15)}:1`
        assert.strictEqual(yield* output("load", [], { stdin: archive(own(tag)) }), `Loaded image: ${tag}`)
        assert.strictEqual(yield* output("run --rm", [tag, "echo", "runs"]), "runs")
        assert.strictEqual(yield* output("inspect --format", ["{{index .Config.Labels \"io.example.tag\"}}", tag]), tag)
        yield* output("rmi", [tag])
      }))
  }

  it.effect("are not loaded from what is no archive of images", () =>
    Effect.gen(function*() {
      const before = yield* idsOf("images -aq --no-trunc")
      const { code, stderr } = yield* docker("load", [], { stdin: Buffer.alloc(2048, 7) })
      assert.strictEqual(code, 1)
      assert.notStrictEqual(stderr, "")
      assert.deepStrictEqual(yield* idsOf("images -aq --no-trunc"), before)
    }))

  it.effect("are imported from the files of a root", () =>
    Effect.gen(function*() {
      const id = yield* output("import --change", ["CMD [\"cat\", \"/motto\"]", "--message", "by hand", "-", "imported:1"], {
        stdin: tar([...(busyboxImage.layers[0] ?? []), { path: "motto", content: "semper apertus" }])
      })
      assert.match(id, /^sha256:[0-9a-f]{64}$/)
      assert.strictEqual(yield* output("run --rm imported:1"), "semper apertus")
      assert.include(yield* output("history imported:1"), "by hand")
      yield* output("rmi imported:1")
    }))

  it.effect("are saved, and loaded again as they were", () =>
    Effect.gen(function*() {
      yield* output("load", [], { stdin: dockerArchive(own("saved:1")) })
      const id = yield* output("images -q --no-trunc saved:1")
      const { bytes } = yield* docker("save saved:1")
      yield* output("rmi saved:1")
      assert.strictEqual(yield* output("load", [], { stdin: bytes }), "Loaded image: saved:1")
      assert.strictEqual(yield* output("images -q --no-trunc saved:1"), id)
      assert.strictEqual(yield* output("run --rm saved:1 echo again"), "again")
      yield* output("rmi saved:1")
    }))

  it.effect("are pulled by tag and by digest", () =>
    Effect.gen(function*() {
      const registry = yield* startRegistry()
      const digest = yield* registry.push("lib/app", "1", own("app:1"))
      const name = `${registry.host}/lib/app`
      const first = yield* output("pull", [`${name}:1`])
      assert.include(first, `1: Pulling from lib/app\n`)
      assert.match(first, /: Pull complete\n/)
      assert.include(first, `Digest: ${digest}\nStatus: Downloaded newer image for ${name}:1\n${name}:1`)
      assert.include(yield* output("pull", [`${name}:1`]), `Status: Image is up to date for ${name}:1`)
      assert.strictEqual(yield* output("pull -q", [`${name}@${digest}`]), `${name}@${digest}`)
      assert.include(yield* output("inspect --format", ["{{json .RepoDigests}}", `${name}:1`]), `${name}@${digest}`)
      assert.strictEqual(yield* output("run --rm", [`${name}@${digest}`, "echo", "pulled"]), "pulled")
      assert.strictEqual(yield* output("run --rm --pull always -q", [`${name}:1`, "echo", "always"]), "always")
      yield* output("rmi", [`${name}:1`])
      yield* docker("rmi", [`${name}@${digest}`])
    }))

  it.effect("that are missing are pulled by docker run, and those that are nowhere are told of", () =>
    Effect.gen(function*() {
      const registry = yield* startRegistry()
      yield* registry.push("app", "latest", own("app:latest"))
      const { code, stderr, stdout } = yield* docker("run --rm", [`${registry.host}/app`, "echo", "here"])
      assert.deepStrictEqual({ code, stdout }, { code: 0, stdout: "here\n" })
      assert.include(stderr, `Unable to find image '${registry.host}/app:latest' locally`)
      const nowhere = yield* docker("pull", [`${registry.host}/nothing`])
      assert.strictEqual(nowhere.code, 1)
      assert.match(nowhere.stderr, /not found|does not exist/)
      yield* output("rmi", [`${registry.host}/app`])
    }))

  it.effect("for another platform are refused if that was not asked for, and warned of if it was", () =>
    Effect.gen(function*() {
      const registry = yield* startRegistry()
      const image = foreign("far:1")
      yield* registry.push("far", "1", image)
      const name = `${registry.host}/far:1`
      const platform = `linux/${image.architecture}`
      yield* output("pull -q --platform", [platform, name])
      assert.strictEqual(yield* output("inspect --format {{.Os}}/{{.Architecture}}", [name]), platform)
      const { stderr } = yield* docker("create --name far", [name])
      assert.include(stderr, `The requested image's platform (${platform}) does not match the detected host platform`)
      yield* output("rm far")
      yield* output("rmi", [name])
    }))

  it.effect("are listed, inspected, tagged and untagged", () =>
    Effect.gen(function*() {
      const image = own("named:1")
      yield* output("load", [], { stdin: ociArchive(image) })
      yield* output("tag named:1 other/name:2")
      assert.deepStrictEqual(yield* idsOf("images --format {{.Repository}}:{{.Tag}} --filter label=io.example.tag=named:1"), [
        "named:1", "other/name:2"
      ])
      const id = yield* output("inspect --format {{.Id}} named:1")
      assert.include([imageId(image), ociImage(image).manifest.digest], id)
      assert.strictEqual(yield* output("inspect --format {{.Id}}", [id.slice(7, 19)]), id)
      assert.deepStrictEqual(yield* output("rmi other/name:2"), "Untagged: other/name:2")
      assert.include(yield* output("rmi named:1"), `Untagged: named:1\n`)
      assert.deepStrictEqual(yield* failing("rmi named:1"), refused("No such image: named:1"))
      assert.deepStrictEqual(yield* idsOf("images -q --filter label=io.example.tag=named:1"), [])
    }))

  it.effect("that a container uses are not removed, unless by force when it does not run", () =>
    Effect.gen(function*() {
      yield* output("load", [], { stdin: dockerArchive(own("used:1")) })
      yield* output("tag used:1 used:2")
      const id = yield* output("inspect --format {{.Id}} used:1")
      const container = yield* output("run -d used:1 sleep 1000")
      const stopped = yield* failing("rmi", [id])
      assert.strictEqual(stopped.code, 1)
      assert.match(stopped.stderr, /^Error response from daemon: conflict: unable to delete /)
      assert.strictEqual(yield* output("rmi used:2"), "Untagged: used:2")
      const running = yield* failing("rmi used:1")
      assert.match(running.stderr, new RegExp(`conflict: unable to (delete|remove repository reference).*container ${container.slice(0, 12)}`))
      yield* output("stop -t 0", [container])
      assert.match((yield* failing("rmi used:1")).stderr, /must (force|be forced)/)
      yield* output("rmi -f used:1")
      yield* output("rm", [container])
    }))

  it.effect("have a history, the newest first", () =>
    Effect.gen(function*() {
      const image = busyboxVariant("layered:1", {}, [[{ path: "one", content: "1" }], [{ path: "two", content: "22" }]])
      yield* output("load", [], { stdin: dockerArchive(image) })
      const history = (yield* output("history --no-trunc --format", ["{{.CreatedBy}}", "layered:1"])).split("\n")
      assert.deepStrictEqual(history, ["layer 2", "layer 1", "layer 0"])
      yield* output("rmi layered:1")
    }))

  it.effect("without a name are pruned, and with -a those that nobody uses", () =>
    Effect.gen(function*() {
      yield* output("load", [], { stdin: dockerArchive(own("moving:1")) })
      const old = yield* output("inspect --format {{.Id}} moving:1")
      yield* output("load", [], { stdin: dockerArchive({ ...own("moving:1"), created: "2025-01-01T00:00:00Z" }) })
      yield* output("load", [], { stdin: dockerArchive(own("unused:1")) })
      yield* output("create --name user busybox true")
      assert.include(yield* idsOf("images -q --no-trunc --filter dangling=true"), old)
      const pruned = yield* output("image prune -f")
      assert.include(pruned, old)
      assert.notInclude(pruned, "unused")
      const all = yield* output("image prune -af")
      assert.include(all, "unused:1")
      assert.deepStrictEqual(yield* idsOf("images --format {{.Repository}}"), ["busybox"])
      yield* output("rm user")
    }))

  it.effect("tell what happens to them", () =>
    Effect.gen(function*() {
      const events = yield* watchEvents({ type: ["image"] })
      yield* output("load", [], { stdin: dockerArchive(own("told:1")) })
      yield* output("tag told:1 told:2")
      yield* output("rmi told:1 told:2")
      const told = actions(yield* events.until("delete")).filter((action) => action !== "create")
      assert.deepStrictEqual(told, ["load", "tag", "untag", "untag", "delete"])
    }))
})

layer(TestEngine.layer(), { excludeTestServices: true })("the docker CLI", (it) => {
  it.effect("shows the engine with docker version and docker info", () =>
    Effect.gen(function*() {
      yield* output("create busybox true")
      const [api, minimum, os] = (yield* output("version --format {{.Server.APIVersion}},{{.Server.MinAPIVersion}},{{.Server.Os}}")).split(",")
      assert.deepStrictEqual([api, minimum, os], ["1.55", "1.24", "linux"])
      const shown = yield* output("version")
      for (const component of ["Server: Gantry", "containerd", "crun"]) assert.include(shown, component)
      const info = yield* output("info --format", ["{{.Containers}} {{.ContainersStopped}} {{.Images}} {{.Driver}} {{.Swarm.LocalNodeState}} {{.OSType}}"])
      assert.strictEqual(info, "1 1 1 overlayfs inactive linux")
      assert.strictEqual((yield* docker("info")).code, 0)
    }))

  it.effect("shows with docker system df what images and containers take", () =>
    Effect.gen(function*() {
      yield* output("run busybox sh -c", ["dd if=/dev/zero of=/big bs=1M count=3 2>/dev/null"])
      const rows = (yield* output("system df --format", ["{{.Type}}: {{.TotalCount}} {{.Active}} {{.Size}}"])).split("\n")
      assert.match(rows[0] ?? "", /^Images: 1 1 [\d.]+MB$/)
      assert.match(rows[1] ?? "", /^Containers: \d 0 3\.\d+MB$/)
      assert.strictEqual((yield* docker("system df -v")).code, 0)
    }))

  it.effect("says in one line what went wrong", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* failing("rm nothing"), refused("No such container: nothing"))
      assert.deepStrictEqual(yield* failing("rmi nothing"), refused("No such image: nothing:latest"))
    }))
})
