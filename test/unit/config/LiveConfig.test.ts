import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Ref, SubscriptionRef } from "effect"
import { Digest } from "effect/crypto"
import { type ConfigParts, CurrentConfig } from "../../../src/config/EngineConfig.ts"
import { LiveConfig } from "../../../src/config/LiveConfig.ts"
import { planReload } from "../../../src/config/planReload.ts"
import { defaults, type UserConfig } from "../../../src/config/UserConfig.ts"

const parts = (user: Partial<UserConfig> = {}): ConfigParts => ({
  user: { ...defaults, ...user },
  derived: {
    runtimes: {}, defaultRuntime: "runc", runtimeRoot: "/run/gantry", systemdCgroup: false, defaultCgroupnsMode: "host",
    addressPools: [], snapshotter: "overlayfs"
  }
})

const live = Layer.fresh(LiveConfig.layer(parts())).pipe(Layer.provide(Digest.layerWebCrypto))
const labels = Effect.map(CurrentConfig, ({ user }) => user.labels)

describe("the configuration in force", () => {
  it.effect("stays the same for a unit of work, whatever is reloaded meanwhile", () =>
    Effect.gen(function*() {
      const config = yield* LiveConfig
      const [admitted, reloaded] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const work = yield* Effect.forkChild(config.admit(
        Deferred.succeed(admitted, undefined).pipe(Effect.andThen(Deferred.await(reloaded)), Effect.andThen(labels))
      ))
      yield* Deferred.await(admitted)
      yield* config.reload(() => Effect.succeed(parts({ labels: ["a=2"] })))
      yield* Deferred.succeed(reloaded, undefined)
      assert.deepStrictEqual(yield* Fiber.join(work), [])
      assert.deepStrictEqual(yield* config.admit(labels), ["a=2"])
    }).pipe(Effect.provide(live)))

  it.effect("is not touched by a reload that fails, and what was prepared is undone in reverse", () =>
    Effect.gen(function*() {
      const config = yield* LiveConfig
      const undone = yield* Ref.make<ReadonlyArray<string>>([])
      const step = (name: string) =>
        Effect.acquireRelease(Effect.void, (_, exit) =>
          Exit.isFailure(exit) ? Ref.update(undone, (names) => [...names, name]) : Effect.void)
      const before = yield* SubscriptionRef.get(config.ref)
      const failure = yield* Effect.flip(config.reload(() =>
        step("first").pipe(Effect.andThen(step("second")), Effect.andThen(Effect.fail("no")))))
      assert.strictEqual(failure, "no")
      assert.strictEqual(yield* SubscriptionRef.get(config.ref), before)
      assert.deepStrictEqual(yield* Ref.get(undone), ["second", "first"])
      yield* config.reload(() => Effect.as(step("third"), parts({ debug: true })))
      assert.deepStrictEqual(yield* Ref.get(undone), ["second", "first"])
    }).pipe(Effect.provide(live)))

  it.effect("is not touched by a reload that is interrupted while it prepares", () =>
    Effect.gen(function*() {
      const config = yield* LiveConfig
      const preparing = yield* Deferred.make<void>()
      const reload = yield* Effect.forkChild(config.reload(() =>
        Effect.andThen(Deferred.succeed(preparing, undefined), Effect.never)))
      yield* Deferred.await(preparing)
      yield* Fiber.interrupt(reload)
      assert.strictEqual((yield* SubscriptionRef.get(config.ref)).revision, 1)
      assert.strictEqual((yield* config.reload(() => Effect.succeed(parts()))).revision, 2)
    }).pipe(Effect.provide(live)))

  it.effect("counts revisions one by one, also when many reload at once, and mixes no two", () =>
    Effect.gen(function*() {
      const config = yield* LiveConfig
      const values = Array.from({ length: 50 }, (_, i) => parts({ labels: [`n=${i}`], mtu: i }))
      const reloads = Effect.forEach(values, (value) => config.reload(() => Effect.as(Effect.yieldNow, value)), { concurrency: 50 })
      const reads = Effect.forEach(values, () =>
        Effect.andThen(Effect.yieldNow, config.admit(Effect.map(CurrentConfig, ({ user }) => user))), { concurrency: 50 })
      const [, seen] = yield* Effect.all([reloads, reads], { concurrency: 2 })
      for (const { labels, mtu } of seen) assert.deepStrictEqual(labels, mtu === 1500 ? [] : [`n=${mtu}`])
      assert.strictEqual((yield* SubscriptionRef.get(config.ref)).revision, 51)
    }).pipe(Effect.provide(live)))

  it.effect("has the digest of what was asked for, however it was ordered", () =>
    Effect.gen(function*() {
      const config = yield* LiveConfig
      const digest = (user: Partial<UserConfig>) => Effect.map(config.reload(() => Effect.succeed(parts(user))), ({ digest }) => digest)
      const one = yield* digest({ logOpts: { a: "1", b: "2" } })
      assert.match(one, /^[0-9a-f]{64}$/)
      assert.strictEqual(yield* digest({ logOpts: { b: "2", a: "1" } }), one)
      assert.notStrictEqual(yield* digest({ logOpts: { a: "1", b: "3" } }), one)
    }).pipe(Effect.provide(live)))
})

describe("the plan of a reload", () => {
  it("has a verdict for each changed key, and keeps what needs a restart", () => {
    const from: UserConfig = { ...defaults, bip: "10.0.0.1/24" }
    const to: UserConfig = { ...defaults, debug: true, logDriver: "local", dataRoot: "/other", fixedCidr: "10.1.0.0/24" }
    const { changes, user } = planReload(from, to)
    assert.deepStrictEqual(changes, [
      { key: "data-root", verdict: "needs-restart" },
      { key: "debug", verdict: "applied-now" },
      { key: "log-driver", verdict: "new-containers-only" },
      { key: "bip", verdict: "needs-restart" },
      { key: "fixed-cidr", verdict: "needs-restart" }
    ])
    assert.deepStrictEqual(user, { ...defaults, bip: "10.0.0.1/24", debug: true, logDriver: "local" })
  })

  it("is empty when nothing changed", () => assert.deepStrictEqual(planReload({ ...defaults, logOpts: { a: "1", b: "2" } }, { ...defaults, logOpts: { b: "2", a: "1" } }).changes, []))
})
