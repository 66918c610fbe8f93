import { assert, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { connect } from "node:net"
import type { Attachment } from "../../../src/engine/containers/Attachment.ts"
import { NoSuchContainer } from "../../../src/engine/containers/ContainerFailures.ts"
import { type ExecConfig, ExecStartFailed, NoSuchExec, type PreparedExec } from "../../../src/engine/execs/Execs.ts"
import { outputOf } from "./fakeEngine.ts"
import { serve } from "./testServer.ts"

const execConfig: ExecConfig = {
  cmd: ["cat"], env: [], user: "", workingDir: "", privileged: false, tty: false, attachStdin: true, attachStdout: true,
  attachStderr: true, detachKeys: "", consoleSize: undefined
}

/** Gives all of its input back once that has ended, and a `!` on the other stream. */
const echo = (tty = false): Attachment => {
  const all = Deferred.makeUnsafe<string>()
  return {
    tty,
    output: Stream.unwrap(Effect.map(Deferred.await(all), (text) => outputOf(["stdout", text], ["stderr", "!"]))),
    feed: (input) =>
      Stream.runCollect(input).pipe(
        Effect.flatMap((parts) => Deferred.succeed(all, Buffer.concat(parts).toString())),
        Effect.as("ended" as const)
      )
  }
}

const prepared = (attachment: Attachment, changes: Partial<PreparedExec> = {}): PreparedExec => ({
  view: { id: "e1", containerId: "c1", config: execConfig, running: false, started: false, exitCode: null, pid: 0 },
  attachment,
  start: Effect.void,
  ...changes
})

const echoExec = { execs: { prepare: () => Effect.sync(() => prepared(echo())) } }
const start = (headers: string, body: string, version = "") =>
  `POST ${version}/exec/e1/start HTTP/1.1\r\nHost: d\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`
const upgrade = "Connection: Upgrade\r\nUpgrade: tcp\r\n"
const body = `{"Detach":false,"Tty":false}`
const stdin = "GET / HTTP/1.1\n"
const echoed = "\x01\0\0\0\0\0\0\x0fGET / HTTP/1.1\n\x02\0\0\0\0\0\0\x01!"

it.live("answers 101 to a client that asks for an upgrade, and keeps bytes that came with the request", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve(echoExec)
    const [head = "", ...rest] = (yield* talk(start(`${upgrade}Content-Length: ${body.length}`, body + stdin))).split("\r\n\r\n")
    assert.deepStrictEqual(head.split("\r\n").slice(0, 4), [
      "HTTP/1.1 101 UPGRADED", "Content-Type: application/vnd.docker.multiplexed-stream", "Connection: Upgrade", "Upgrade: tcp"
    ])
    assert.include(head, "Api-Version: 1.55")
    assert.strictEqual(rest.join("\r\n\r\n"), echoed)
  }))

it.live("answers 200 to a client that does not, and takes no stdin for a request", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve(echoExec)
    const answer = yield* talk(start(`Content-Length: ${body.length}`, body), stdin)
    assert.isTrue(answer.startsWith("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n"))
    assert.isTrue(answer.endsWith(`\r\n\r\n${echoed}`))
  }))

it.live("reads a chunked body in either form", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve(echoExec)
    const chunked = (headers: string) =>
      talk(start(`${headers}Transfer-Encoding: chunked`, `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n${stdin}`))
    assert.isTrue((yield* chunked("")).endsWith(`\r\n\r\n${echoed}`))
    assert.isTrue((yield* chunked(upgrade)).endsWith(`\r\n\r\n${echoed}`))
  }))

it.live("names the stream as the client's version knows it, and frames nothing of a terminal", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve({ execs: { prepare: (_, { tty }) => Effect.sync(() => prepared(echo(tty))) } })
    const typeOf = (answer: string) => /Content-Type: (.+)\r\n/.exec(answer)?.[1]
    const old = yield* talk(start(`${upgrade}Content-Length: ${body.length}`, body + stdin, "/v1.41"))
    assert.strictEqual(typeOf(old), "application/vnd.docker.raw-stream")
    assert.isTrue(old.endsWith(echoed))
    const tty = yield* talk(start(`${upgrade}Content-Length: 12`, `{"Tty":true}${stdin}`))
    assert.strictEqual(typeOf(tty), "application/vnd.docker.raw-stream")
    assert.isTrue(tty.endsWith(`\r\n\r\n${stdin}!`))
  }))

it.live("refuses with an ordinary answer, and announces that the connection ends", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve({ execs: { prepare: (execId) => Effect.fail(new NoSuchExec({ execId })) } })
    const answer = yield* talk(start(`${upgrade}Content-Length: ${body.length}`, body + stdin))
    assert.match(answer, /^HTTP\/1.1 404 Not Found\r\n(.+\r\n)*connection: close\r\n/)
    assert.isTrue(answer.endsWith(`\r\n\r\n{"message":"No such exec instance: e1","code":"NoSuchExec"}\n`))
  }))

it.live("says in a frame what went wrong once the head is out", () =>
  Effect.gen(function*() {
    const failed = new ExecStartFailed({ execId: "e1", exitCode: 127, message: "no such file" })
    const { talk } = yield* serve({ execs: { prepare: () => Effect.sync(() => prepared(echo(), { start: Effect.fail(failed) })) } })
    const answer = yield* talk(start(`${upgrade}Content-Length: ${body.length}`, body))
    assert.isTrue(answer.startsWith("HTTP/1.1 101 UPGRADED\r\n"))
    assert.isTrue(answer.endsWith("\r\n\r\n\x01\0\0\0\0\0\0\x0eno such file\r\n"))
  }))

it.live("starts detached with an empty answer", () =>
  Effect.gen(function*() {
    const { talk } = yield* serve({ execs: { startDetached: () => Effect.void } })
    const answer = yield* talk(start("Content-Length: 15", `{"Detach":true}`))
    assert.match(answer, /^HTTP\/1.1 200 OK\r\n/)
    assert.isTrue(answer.endsWith("\r\n\r\n"))
  }))

it.live("attaches without a body, and ends cleanly over stdin that nobody read", () =>
  Effect.gen(function*() {
    const deaf: Attachment = { tty: false, output: outputOf(["stdout", "bye"]), feed: () => Effect.never }
    const { talk } = yield* serve({ containers: { attach: () => Effect.succeed(deaf) } })
    const answer = yield* talk(
      `POST /containers/c1/attach?stdin=1&stdout=1&stream=1 HTTP/1.1\r\nHost: d\r\n${upgrade}\r\n`, "x".repeat(1_000_000)
    )
    assert.isTrue(answer.startsWith("HTTP/1.1 101 UPGRADED\r\n"))
    assert.notInclude(answer, "Api-Version")
    assert.isTrue(answer.endsWith("\r\n\r\n\x01\0\0\0\0\0\0\x03bye"))
  }))

it.live("ends an attach when the detach keys come", () =>
  Effect.gen(function*() {
    const silent: Attachment = { tty: true, output: Stream.never, feed: () => Effect.succeed("detached") }
    const { talk } = yield* serve({ containers: { attach: () => Effect.succeed(silent) } })
    const answer = yield* talk(`POST /containers/c1/attach?stdin=1&stream=1 HTTP/1.1\r\nHost: d\r\n${upgrade}\r\n`)
    assert.isTrue(answer.endsWith("\r\n\r\n"))
  }))

it.live("interrupts an attach whose client is gone", () =>
  Effect.gen(function*() {
    const ended = Deferred.makeUnsafe<void>()
    const endless: Attachment = {
      tty: true,
      output: Stream.tick("5 millis").pipe(
        Stream.map(() => ({ stream: "stdout" as const, bytes: Buffer.from("tick\n") })),
        Stream.ensuring(Deferred.succeed(ended, undefined))
      ),
      feed: () => Effect.never
    }
    const { path } = yield* serve({ containers: { attach: () => Effect.succeed(endless) } })
    yield* Effect.callback<void>((resume) => {
      const socket = connect(path, () => socket.write(`POST /containers/c1/attach?stdout=1&stream=1 HTTP/1.1\r\nHost: d\r\n\r\n`))
      socket.on("data", (bytes) => {
        if (bytes.includes("tick")) resume(Effect.sync(() => socket.destroy()))
      })
    })
    yield* Deferred.await(ended)
  }))

it.live("ends open attaches when the server stops", () =>
  Effect.gen(function*() {
    const silent: Attachment = { tty: true, output: Stream.never, feed: () => Effect.never }
    const ended = yield* Effect.scoped(Effect.gen(function*() {
      const { path } = yield* serve({ containers: { attach: () => Effect.succeed(silent) } })
      const ended = Deferred.makeUnsafe<string>()
      yield* Effect.callback<void>((resume) => {
        const socket = connect(path, () => socket.write(`POST /containers/c1/attach?stdout=1&stream=1 HTTP/1.1\r\nHost: d\r\n\r\n`))
        socket.once("data", () => resume(Effect.void))
        socket.on("end", () => Deferred.doneUnsafe(ended, Effect.succeed("end")))
        socket.on("error", () => Deferred.doneUnsafe(ended, Effect.succeed("reset")))
      })
      return ended
    }))
    assert.strictEqual(yield* Deferred.await(ended), "end")
  }))

it.live("tells of a missing container before it takes the connection", () =>
  Effect.gen(function*() {
    const { ask } = yield* serve({ containers: { attach: (reference) => Effect.fail(new NoSuchContainer({ reference })) } })
    const answer = yield* ask("/v1.44/containers/x/attach?stdout=1", { method: "POST" })
    assert.strictEqual(answer.status, 404)
    assert.strictEqual(JSON.parse(answer.text).message, "No such container: x")
  }))
