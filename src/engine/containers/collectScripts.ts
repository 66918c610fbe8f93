import * as Effect from "effect/Effect"
import { CurrentConfig } from "../../config/EngineConfig.ts"
import { WrapperScripts } from "../../runtimes/WrapperScripts.ts"
import { now } from "./ContainerEntry.ts"
import { ContainerIndex } from "./ContainerIndex.ts"

/**
 * Removes the runtimes' wrapper scripts that neither a container nor the configuration refers to. For boot alone, once
 * every record was read, ours and containerd's: a script that is missed cannot be told from one that is not needed.
 */
export const collectScripts = Effect.fn("Containers.collectScripts")(function*() {
  const { byId } = yield* ContainerIndex
  const { derived } = yield* CurrentConfig
  const inUse = new Set<string>()
  const keep = (runtime: { readonly scriptDigest?: string } | undefined) => {
    if (runtime?.scriptDigest !== undefined) inUse.add(runtime.scriptDigest)
  }
  for (const entry of byId.values()) {
    const { record, state } = now(entry)
    keep(record.runtime)
    keep(state.registered?.runtime)
  }
  for (const { resolved } of Object.values(derived.runtimes)) keep(resolved)
  const removed = yield* (yield* WrapperScripts).collect(inUse)
  if (removed > 0) yield* Effect.logInfo(`${removed} wrapper scripts that nothing refers to were removed`)
})
