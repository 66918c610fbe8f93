import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream } from "effect"
import { TestClock } from "effect/testing"
import { connect } from "node:net"
import { serve } from "./testServer.ts"

describe("an upload", () => {
  it.effect("that comes to a halt is broken off, and what reads it is interrupted", () =>
    Effect.gen(function*() {
      const [begun, ended] = [Deferred.makeUnsafe<void>(), Deferred.makeUnsafe<string>()]
      const { path } = yield* serve({
        images: {
          load: (bytes) =>
            Stream.fromEffect(
              Stream.runForEach(bytes, () => Deferred.succeed(begun, undefined)).pipe(
                Effect.as({ stream: "loaded" }),
                Effect.onExit((exit) => Deferred.succeed(ended, exit._tag))
              )
            )
        }
      })
      const socket = connect(path)
      const closed = Deferred.makeUnsafe<void>()
      socket.on("error", () => {})
      socket.on("close", () => Deferred.doneUnsafe(closed, Effect.void))
      socket.write("POST /images/load HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nfive.")
      yield* Deferred.await(begun)
      yield* TestClock.adjust("119 seconds")
      assert.isFalse(socket.destroyed)
      yield* TestClock.adjust("2 seconds")
      yield* Deferred.await(closed)
      assert.strictEqual(yield* Deferred.await(ended), "Failure")
    }))
})
