import { assert, layer } from "@effect/vitest"
import Docker from "dockerode"
import { Effect } from "effect"
import { PassThrough } from "node:stream"
import { TestEngine } from "../support/engine.ts"
import { startRegistry } from "../support/registry.ts"
import { busyboxVariant } from "../support/testImages.ts"

/** dockerode as its users have it: no version, no options but the socket. */
const dockerode = Effect.map(TestEngine, ({ socket }) => new Docker({ socketPath: socket }))

const removed = (container: Docker.Container) => Effect.promise(() => container.remove({ force: true }).catch(() => undefined))

/** A container that goes with the test. */
const running = Effect.fnUntraced(function*(options: Docker.ContainerCreateOptions) {
  const docker = yield* dockerode
  const container = yield* Effect.acquireRelease(
    Effect.promise(() => docker.createContainer({ Image: "busybox", ...options })),
    removed
  )
  yield* Effect.promise(() => container.start())
  return container
})

const collect = (stream: NodeJS.ReadableStream) => {
  const chunks: Array<Buffer> = []
  stream.on("data", (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

const ended = (stream: NodeJS.ReadableStream) =>
  Effect.callback<void>((resume) => {
    const done = () => resume(Effect.void)
    stream.once("end", done)
    stream.once("close", done)
  })

/** Both outputs of a multiplexed stream, to its end. */
const demuxed = Effect.fnUntraced(function*(container: Docker.Container, stream: NodeJS.ReadWriteStream | NodeJS.ReadableStream) {
  const [stdout, stderr] = [new PassThrough(), new PassThrough()]
  const [out, err] = [collect(stdout), collect(stderr)]
  container.modem.demuxStream(stream, stdout, stderr)
  yield* ended(stream)
  return { stdout: out(), stderr: err() }
})

layer(TestEngine.layer(), { excludeTestServices: true })("dockerode", (it) => {
  it.effect("runs a command with its outputs apart and gives its exit code", () =>
    Effect.gen(function*() {
      const docker = yield* dockerode
      const [stdout, stderr] = [new PassThrough(), new PassThrough()]
      const [out, err] = [collect(stdout), collect(stderr)]
      const [{ StatusCode }, container] = yield* Effect.promise(() =>
        docker.run("busybox", ["sh", "-c", "echo out; echo err >&2; exit 5"], [stdout, stderr], { Tty: false }) as
          Promise<readonly [{ readonly StatusCode: number }, Docker.Container]>)
      assert.deepStrictEqual([StatusCode, out(), err()], [5, "out\n", "err\n"])
      yield* removed(container)
    }))

  for (const hijack of [true, false]) {
    it.effect(`executes with input and outputs, ${hijack ? "by an upgrade" : "without an upgrade"}`, () =>
      Effect.gen(function*() {
        const container = yield* running({ Cmd: ["sleep", "1000"] })
        const exec = yield* Effect.promise(() =>
          container.exec({ AttachStdin: true, AttachStdout: true, AttachStderr: true, Cmd: ["sh", "-c", "read -r line; echo $line; echo err >&2; exit 9"] }))
        const stream = yield* Effect.promise(() => exec.start({ hijack, stdin: true }))
        // Without an upgrade dockerode breaks off the connection to end the input: the command has to end by itself.
        stream.write("from stdin\n")
        assert.deepStrictEqual(yield* demuxed(container, stream), { stdout: "from stdin\n", stderr: "err\n" })
        const { ExitCode, Running } = yield* Effect.promise(() => exec.inspect())
        assert.deepStrictEqual([ExitCode, Running], [9, false])
      }).pipe(Effect.scoped))
  }

  it.effect("executes without input, and detached", () =>
    Effect.gen(function*() {
      const container = yield* running({ Cmd: ["sleep", "1000"] })
      const exec = yield* Effect.promise(() => container.exec({ AttachStdout: true, Cmd: ["echo", "hello"] }))
      assert.deepStrictEqual(yield* demuxed(container, yield* Effect.promise(() => exec.start({}))), { stdout: "hello\n", stderr: "" })
      const detached = yield* Effect.promise(() => container.exec({ Cmd: ["true"] }))
      yield* Effect.promise(() => detached.start({ Detach: true }))
    }).pipe(Effect.scoped))

  it.effect("follows logs until the container stops", () =>
    Effect.gen(function*() {
      const container = yield* running({ Cmd: ["sh", "-c", "for i in 1 2 3; do echo line $i; sleep 0.1; done"] })
      const stream = yield* Effect.promise(() => container.logs({ follow: true, stdout: true, stderr: true }))
      assert.deepStrictEqual(yield* demuxed(container, stream), { stdout: "line 1\nline 2\nline 3\n", stderr: "" })
      const all = yield* Effect.promise(() => container.logs({ follow: false, stdout: true, tail: 1 }))
      assert.strictEqual(all.subarray(8).toString(), "line 3\n")
    }).pipe(Effect.scoped))

  it.effect("attaches with input before the start, waits, and is told of the end", () =>
    Effect.gen(function*() {
      const docker = yield* dockerode
      const container = yield* Effect.acquireRelease(
        Effect.promise(() => docker.createContainer({
          Image: "busybox", Cmd: ["sh", "-c", "cat; exit 4"], OpenStdin: true, StdinOnce: true, AttachStdin: true, AttachStdout: true
        })),
        removed
      )
      const events = yield* Effect.promise(() => docker.getEvents({ filters: { container: [container.id], event: ["die"] } }))
      const told = Effect.callback<string>((resume) => {
        events.once("data", (chunk: Buffer) => resume(Effect.succeed(chunk.toString())))
      })
      const stream = yield* Effect.promise(() =>
        container.attach({ stream: true, stdin: true, stdout: true, stderr: true, hijack: true }))
      yield* Effect.promise(() => container.start())
      stream.end("typed\n")
      const [outputs, { StatusCode }, died] = yield* Effect.all([
        demuxed(container, stream), Effect.promise(() => container.wait() as Promise<{ readonly StatusCode: number }>), told
      ], { concurrency: "unbounded" })
      assert.deepStrictEqual([outputs, StatusCode], [{ stdout: "typed\n", stderr: "" }, 4])
      assert.include(died, `"exitCode":"4"`)
      yield* Effect.sync(() => "destroy" in events && typeof events.destroy === "function" ? events.destroy() : undefined)
    }).pipe(Effect.scoped))

  it.effect("stops, restarts, lists, inspects and names what is not there", () =>
    Effect.gen(function*() {
      const docker = yield* dockerode
      const container = yield* running({ name: "listed", Cmd: ["sleep", "1000"], Labels: { who: "dockerode" } })
      const listed = yield* Effect.promise(() => docker.listContainers({ filters: { label: ["who=dockerode"] } }))
      assert.deepStrictEqual(listed.map(({ Names }) => Names), [["/listed"]])
      yield* Effect.promise(() => container.restart({ t: 0 }))
      assert.isTrue((yield* Effect.promise(() => container.inspect())).State.Running)
      yield* Effect.promise(() => container.stop({ t: 0 }))
      const again = yield* Effect.promise(() => container.stop().catch((error: { readonly statusCode: number }) => error.statusCode))
      assert.strictEqual(again, 304)
      const missing = yield* Effect.promise(() =>
        docker.getContainer("nobody").inspect().then(() => undefined, (error: { readonly statusCode: number; readonly json: unknown }) => error))
      assert.strictEqual(missing?.statusCode, 404)
      assert.include(JSON.stringify(missing?.json), "No such container: nobody")
    }).pipe(Effect.scoped))

  it.effect("pulls with progress, and tells why it could not", () =>
    Effect.gen(function*() {
      const docker = yield* dockerode
      const registry = yield* startRegistry()
      yield* registry.push("app", "1", busyboxVariant("app:1", {}, [[{ path: "mark", content: "dockerode" }]]))
      const pull = (name: string) =>
        Effect.callback<ReadonlyArray<{ readonly status?: string }>, Error>((resume) => {
          docker.pull(name, (failure: Error | null, stream: NodeJS.ReadableStream) => {
            if (failure !== null) return resume(Effect.fail(failure))
            docker.modem.followProgress(stream, (failure: Error | null, records: ReadonlyArray<{ readonly status?: string }>) =>
              resume(failure === null ? Effect.succeed(records) : Effect.fail(failure)))
          })
        })
      const statuses = (yield* pull(`${registry.host}/app:1`)).map(({ status }) => status)
      assert.include(statuses, "Pull complete")
      assert.strictEqual(statuses.at(-1), `Status: Downloaded newer image for ${registry.host}/app:1`)
      const failure = yield* Effect.flip(pull(`${registry.host}/nothing:1`))
      assert.match(failure.message, /not found|does not exist/)
      yield* Effect.promise(() => docker.getImage(`${registry.host}/app:1`).remove())
    }))
})
