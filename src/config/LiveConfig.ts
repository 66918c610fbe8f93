import * as Context from "effect/Context"
import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Semaphore from "effect/Semaphore"
import * as SubscriptionRef from "effect/SubscriptionRef"
import { digestOf } from "./digestOf.ts"
import { type ConfigParts, CurrentConfig, type EngineConfig } from "./EngineConfig.ts"

/** The configuration in force. Only edges may ask for it; everything below them has `CurrentConfig`. */
export class LiveConfig extends Context.Service<LiveConfig, {
  readonly ref: SubscriptionRef.SubscriptionRef<EngineConfig>
  /** Runs a unit of work under the configuration in force now, whatever is reloaded meanwhile. */
  admit<A, E, R>(work: Effect.Effect<A, E, R>): Effect.Effect<A, E, Exclude<R, CurrentConfig>>
  /**
   * Swaps the whole value, or nothing, and counts one revision. `prepare` holds everything that can fail; what it
   * acquires in its scope sees a failed exit if the new value was not put in force. One reload at a time.
   */
  reload<E, R>(
    prepare: (from: EngineConfig) => Effect.Effect<ConfigParts, E, R>
  ): Effect.Effect<EngineConfig, E, Exclude<R, Scope.Scope>>
}>()("gantry/config/LiveConfig") {
  static readonly layer = (initial: ConfigParts, revision = 1) =>
    Layer.effect(this, Effect.gen(function*() {
      const digest = yield* Digest.Digest
      const sealed = (parts: ConfigParts, revision: number) =>
        Effect.map(digestOf(parts.user), (digest): EngineConfig => ({ ...parts, revision, digest })).pipe(
          Effect.provideService(Digest.Digest, digest)
        )
      const ref = yield* SubscriptionRef.make(yield* sealed(initial, revision))
      const turn = yield* Semaphore.make(1)

      const swap = <E, R>(prepare: (from: EngineConfig) => Effect.Effect<ConfigParts, E, R>) =>
        Effect.uninterruptibleMask((restore) =>
          SubscriptionRef.get(ref).pipe(
            Effect.flatMap((from) =>
              restore(prepare(from)).pipe(Effect.flatMap((parts) => sealed(parts, from.revision + 1)))),
            Effect.tap((next) => SubscriptionRef.set(ref, next)),
            Effect.scoped
          ))

      return LiveConfig.of({
        ref,
        admit: (work) =>
          Effect.flatMap(SubscriptionRef.get(ref), (now) => Effect.provideService(work, CurrentConfig, now)),
        reload: (prepare) => turn.withPermits(1)(swap(prepare))
      })
    }))
}
