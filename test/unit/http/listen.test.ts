import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Layer, Scope } from "effect"
import { chmodSync, existsSync, mkdirSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import { connect, createServer } from "node:net"
import { join } from "node:path"
import { spawn } from "node:child_process"
import * as HttpServer from "../../../src/http/HttpServer.ts"
import { fakeEngine } from "./fakeEngine.ts"
import { temporaryDirectory } from "./testServer.ts"

const listenOn = (...hosts: ReadonlyArray<string>) =>
  Layer.build(HttpServer.layer({ hosts, group: "" }).pipe(Layer.provide(fakeEngine({}))))

const refusal = (host: string) => Effect.map(Effect.flip(listenOn(host)), ({ message }) => message)

/** Leaves a socket behind that nobody listens on, as a process does that is killed. */
const leaveStaleSocket = (path: string) =>
  Effect.callback<void>((resume) => {
    const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`
    const child = spawn(process.execPath, ["-e", script], { stdio: "ignore" })
    child.on("exit", () => resume(Effect.void))
  })

describe("listening", () => {
  it.live("takes the place of a socket that nobody listens on, and removes its own at the end", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryDirectory, "api.sock")
      yield* leaveStaleSocket(path)
      assert.isTrue(existsSync(path))
      const scope = yield* Scope.make()
      yield* listenOn(`unix://${path}`).pipe(Scope.provide(scope))
      assert.isTrue(statSync(path).isSocket())
      yield* Scope.close(scope, Exit.void)
      assert.isFalse(existsSync(path))
    }))

  it.live("leaves a socket alone that another process answers on", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryDirectory, "api.sock")
      const other = createServer((socket) => socket.destroy())
      yield* Effect.acquireRelease(
        Effect.callback<void>((resume) => void other.listen(path, () => resume(Effect.void))),
        () => Effect.sync(() => other.close())
      )
      assert.match(yield* refusal(`unix://${path}`), /is in use by another process$/)
      assert.isTrue(existsSync(path))
    }))

  it.live("refuses symbolic links and other files", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      const [file, link] = [join(directory, "file"), join(directory, "link")]
      writeFileSync(file, "precious")
      symlinkSync(file, link)
      assert.match(yield* refusal(`unix://${file}`), /exists and is not a socket$/)
      assert.match(yield* refusal(`unix://${link}`), /is a symbolic link$/)
      assert.isTrue(existsSync(file))
    }))

  it.live("makes the socket's directory, and refuses one where everybody may write", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* listenOn(`unix://${directory}/new/below/api.sock`)
      assert.strictEqual(statSync(`${directory}/new/below`).mode & 0o022, 0)
      const open = join(directory, "open")
      mkdirSync(open)
      chmodSync(open, 0o777)
      assert.match(yield* refusal(`unix://${open}/api.sock`), /open is writable by everybody$/)
      assert.isFalse(existsSync(`${open}/api.sock`))
      chmodSync(open, 0o1777)
      yield* listenOn(`unix://${open}/api.sock`)
    }))

  it.live("serves several sockets, and says what it cannot serve", () =>
    Effect.gen(function*() {
      const directory = yield* temporaryDirectory
      yield* listenOn(`unix://${directory}/a`, `unix://${directory}/b`)
      assert.isTrue(existsSync(`${directory}/a`) && existsSync(`${directory}/b`))
      assert.match(yield* refusal("tcp://127.0.0.1:2375"), /not built/)
      assert.match(yield* refusal("nonsense"), /invalid bind address/)
      assert.match(yield* refusal("unix://relative"), /invalid bind address/)
    }))

  it.live("takes a thousand clients that connect at once", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryDirectory, "api.sock")
      yield* listenOn(`unix://${path}`)
      const one = Effect.callback<string>((resume) => {
        const socket = connect(path, () => socket.write("GET /_ping HTTP/1.0\r\n\r\n"))
        let all = ""
        socket.on("data", (bytes) => all += bytes.toString())
        socket.on("error", (error) => resume(Effect.succeed(String(error))))
        socket.on("end", () => resume(Effect.succeed(all)))
      })
      const answers = yield* Effect.all(Array.from({ length: 1000 }, () => one), { concurrency: "unbounded" })
      assert.deepStrictEqual(answers.filter((answer) => !answer.endsWith("OK")), [])
    }))
})

describe("stopping", () => {
  it.live("does not undo what outlives its client, but ends it in the end", () =>
    Effect.gen(function*() {
      const path = join(yield* temporaryDirectory, "api.sock")
      const scope = yield* Scope.make()
      const [begun, ended] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<string>()]
      const engine = fakeEngine({
        containers: {
          stop: () =>
            Deferred.succeed(begun, undefined).pipe(
              Effect.andThen(Effect.never),
              Effect.onExit((exit) => Deferred.succeed(ended, exit._tag))
            )
        }
      })
      yield* Layer.build(HttpServer.layer({ hosts: [`unix://${path}`], group: "" }).pipe(Layer.provide(engine))).pipe(Scope.provide(scope))
      const stop = request({ socketPath: path, path: "/containers/a/stop", method: "POST" })
      stop.on("error", () => {})
      stop.end()
      yield* Deferred.await(begun)
      yield* Scope.close(scope, Exit.void)
      assert.strictEqual(yield* Deferred.await(ended), "Failure")
    }))
})
