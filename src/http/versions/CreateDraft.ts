import type { ContainerConfig } from "../../model/ContainerConfig.ts"
import type { EndpointSettings } from "../../model/EndpointSettings.ts"
import type { HostConfig } from "../../model/HostConfig.ts"

/** A create request on its way from what a client of some version wrote to what the engine knows. */
export interface CreateDraft {
  readonly config: ContainerConfig
  readonly hostConfig: HostConfig
  readonly endpoints: Readonly<Record<string, EndpointSettings>>
  /** The address that old clients gave to the container as a whole; empty: none. */
  readonly containerMac: string
  readonly warnings: ReadonlyArray<string>
}

/** A change of a draft, or the text of the refusal. */
export type Adaptation = (draft: CreateDraft) => CreateDraft | string

/** For which versions an adaptation holds: `from` inclusive, `below` exclusive. */
export interface Ruled {
  readonly from?: number
  readonly below?: number
  readonly adapt: Adaptation
}

/** Applies the rules that hold for a version, in order, up to the first refusal. */
export const adaptCreate = (rules: ReadonlyArray<Ruled>, version: number, draft: CreateDraft): CreateDraft | string => {
  let adapted = draft
  for (const { adapt, below = Infinity, from = 0 } of rules) {
    if (version < from || version >= below) continue
    const next = adapt(adapted)
    if (typeof next === "string") return next
    adapted = next
  }
  return adapted
}

/** Networks that containers have endpoints on: all but the modes that take another's network, or none. */
export const hasEndpoints = (mode: string): boolean =>
  mode !== "host" && mode !== "none" && !mode.startsWith("container:")

export const zeroEndpoint: EndpointSettings = {
  IPAMConfig: null, Links: null, Aliases: null, MacAddress: "", DriverOpts: null, GwPriority: 0
}
