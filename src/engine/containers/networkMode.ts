import type { HostConfig } from "../../model/HostConfig.ts"

export type NetworkMode =
  | { readonly kind: "bridge" | "host" | "none" }
  | { readonly kind: "container"; readonly reference: string }
  | { readonly kind: "network"; readonly name: string }

/** What `HostConfig.NetworkMode` says. Empty and `default` are the default bridge. */
export const networkMode = ({ NetworkMode: mode }: Pick<HostConfig, "NetworkMode">): NetworkMode => {
  if (mode === "" || mode === "default" || mode === "bridge") return { kind: "bridge" }
  if (mode === "host" || mode === "none") return { kind: mode }
  return mode.startsWith("container:")
    ? { kind: "container", reference: mode.slice("container:".length) }
    : { kind: "network", name: mode }
}
