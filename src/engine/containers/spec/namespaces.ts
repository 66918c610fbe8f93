import * as Effect from "effect/Effect"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"
import { joinedContainer, ownsNamespace } from "./namespaceModes.ts"
import type { OciNamespace, OciNamespaceType } from "./OciSpec.ts"
import type { SpecInput } from "./SpecInput.ts"

/** The namespaces that a container gets or joins. One that is left out is the host's. */
export const namespaces = Effect.fnUntraced(
  function*(input: SpecInput): Effect.fn.Return<ReadonlyArray<OciNamespace>, InvalidHostConfig> {
    const { host, joined, network, record: { hostConfig } } = input
    return [
      { type: "mount" },
      ...(network.type === "host" ? [] : [named("network", network.type === "path" ? network.path : undefined)]),
      ...(yield* shared("uts", "UTS", hostConfig.UTSMode, joined.uts)),
      ...(yield* shared("pid", "PID", hostConfig.PidMode, joined.pid)),
      ...(yield* shared("ipc", "IPC", hostConfig.IpcMode, joined.ipc)),
      ...(hostConfig.CgroupnsMode === "private" && host.cgroupNamespaces ? [named("cgroup", undefined)] : [])
    ]
  }
)

const named = (type: OciNamespaceType, path: string | undefined): OciNamespace =>
  path === undefined ? { type } : { type, path }

const shared = (
  type: OciNamespaceType,
  field: string,
  mode: string,
  path: string | undefined
): Effect.Effect<ReadonlyArray<OciNamespace>, InvalidHostConfig> => {
  if (ownsNamespace(mode)) return Effect.succeed([named(type, undefined)])
  if (joinedContainer(mode) === undefined) return Effect.succeed([])
  // Left out, the namespace would be the host's: worse than a container that does not start.
  return path === undefined ? invalid(`invalid ${field} mode: ${mode}`) : Effect.succeed([named(type, path)])
}
