import { assert, layer } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { chmodSync, writeFileSync } from "node:fs"
import { stackProgram } from "../../support/stack.ts"
import { eventually } from "../../support/realTime.ts"
import { attach, detach, hostEnds, layerProcess, layerSite, noTraces, Site, traces } from "./onHost.ts"

/** Networks over a netavark that does what `body` says; `$netavark` is the real one, `$action` setup or teardown. */
const withNetavark = (body: string) => <A, E, R>(work: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const { runDirectory } = yield* Site
    const binary = `${runDirectory}/netavark.sh`
    // netavark is called as: --config <dir> --rootless false <action> <netns>
    writeFileSync(binary, `#!/bin/sh\nnetavark=${stackProgram("netavark")} action=$5\n${body}\nexec "$netavark" "$@"\n`)
    chmodSync(binary, 0o700)
    return yield* Effect.provide(work, layerProcess({ netavark: { binary, deadline: "2 seconds" } }))
  })

const broken = '{ echo \'{"error":"out of order"}\'; exit 1; }'

layer(layerSite("gtfault0", 12), { excludeTestServices: true })("A netavark that misbehaves", (it) => {
  it.effect("fails before it did anything: its words are told and nothing is left", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(attach("early"))
      assert.strictEqual(failure._tag, "NetworkSetupFailed")
      assert.strictEqual(failure.message, "out of order")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark(`[ $action = setup ] && ${broken}`)))

  it.effect("fails after it did everything: nothing is left", () =>
    Effect.gen(function*() {
      yield* Effect.flip(attach("late"))
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark(`[ $action = setup ] && { "$netavark" "$@" >/dev/null; } && ${broken}`)))

  it.effect("fails after it did everything, and can't tear down either: we remove links and rules ourselves", () =>
    Effect.gen(function*() {
      yield* Effect.flip(attach("stuck"))
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark(`[ $action = teardown ] && ${broken}\n"$netavark" "$@" >/dev/null\n${broken}`)))

  it.effect("can't tear down one of two: the other's endpoint stays", () =>
    Effect.gen(function*() {
      const { runDirectory } = yield* Site
      yield* attach("goes")
      yield* attach("stays")
      writeFileSync(`${runDirectory}/refuse-teardown`, "")
      yield* detach("goes")
      assert.strictEqual((yield* hostEnds).length, 1)
      yield* detach("stays")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark(`[ $action = teardown -a -e "$2/../refuse-teardown" ] && ${broken}`)))

  it.effect("hangs after it did everything: it is killed at its deadline, and nothing is left", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(attach("hangs"))
      assert.include(failure.message, "did not end in time")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark('[ $action = setup ] && { "$netavark" "$@"; sleep 600; }')))

  it.effect("answers with what is no JSON: nothing is left", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(attach("babbles"))
      assert.include(failure.message, "not understood")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark('[ $action = setup ] && { "$netavark" "$@" >/dev/null; echo well; exit 0; }')))

  it.effect("is slow and we are interrupted meanwhile: nothing is left", () =>
    Effect.gen(function*() {
      const attaching = yield* Effect.forkChild(attach("interrupted"))
      yield* eventually("an endpoint", Effect.map(hostEnds, (ends) => ends.length > 0 ? true : undefined))
      yield* Fiber.interrupt(attaching)
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark('[ $action = setup ] && { "$netavark" "$@"; sleep 0.5; exit 0; }')))

  it.effect("fails once: the next attach of the same container works", () =>
    Effect.gen(function*() {
      const { runDirectory } = yield* Site
      yield* Effect.flip(attach("again"))
      writeFileSync(`${runDirectory}/works-now`, "")
      yield* attach("again")
      yield* detach("again")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(withNetavark(`[ $action = setup -a ! -e "$2/../works-now" ] && ${broken}`)))

  it.effect("can't be found: nothing is left", () =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(attach("absent"))
      assert.include(failure.message, "ENOENT")
      assert.deepStrictEqual(yield* traces, noTraces)
    }).pipe(Effect.provide(layerProcess({ netavark: { binary: "/nowhere/netavark" } }))))
})

