import * as Effect from "effect/Effect"
import type { HostConfig } from "../../../model/HostConfig.ts"
import type { InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciResources } from "./OciSpec.ts"
import { resources } from "./resources.ts"
import type { SpecInput } from "./SpecInput.ts"

/**
 * The limits that `Tasks.Update` sets in a running container, of its host configuration after the change. Devices are
 * left out: the update would replace their rules. Unlike at create, "without limit" is written: it may lift one.
 */
export const updateResources = (
  hostConfig: HostConfig,
  blockDevices: SpecInput["blockDevices"]
): Effect.Effect<OciResources, InvalidHostConfig> =>
  Effect.map(resources({ hostConfig, blockDevices }), (limits) => {
    const lifted = hostConfig.MemorySwap === -1 ? { swap: -1 } : {}
    const memory = { ...limits.memory, ...lifted }
    return Object.keys(memory).length === 0 ? limits : { ...limits, memory }
  })
