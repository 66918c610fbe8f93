import type * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import { AttachmentFiles } from "./AttachmentFiles.ts"
import { Attachments } from "./Attachments.ts"
import type { DefaultBridgeOptions } from "./defaultBridge.ts"
import { HostTools } from "./HostTools.ts"
import { KnownNetworks } from "./KnownNetworks.ts"
import { Netavark } from "./Netavark.ts"
import { NetworkNamespaces } from "./NetworkNamespaces.ts"
import { NetworkResidue } from "./NetworkResidue.ts"
import { Networks } from "./Networks.ts"

export interface NetworkOptions {
  /** Gone after a restart of the machine, as namespaces are: `/run/gantry`. */
  readonly runDirectory: string
  /** Only names the engine: the predefined networks' ids follow from it. */
  readonly dataRoot: string
  readonly bridge: DefaultBridgeOptions
  readonly netavark: { readonly binary: string; readonly aardvark?: string; readonly deadline?: Duration.Input }
  /** Directories searched before PATH's, for `nft`. */
  readonly toolPath: ReadonlyArray<string>
  /** Namespaces kept ready. Absent: 2. */
  readonly namespacesReady?: number
}

/** All of the network room, joined. */
export const layerNetworks = (options: NetworkOptions) => {
  const hostTools = HostTools.layer(options.toolPath)
  const files = AttachmentFiles.layer(`${options.runDirectory}/attachments`)
  const known = Layer.provideMerge(KnownNetworks.layer(options), files)
  const namespaces = NetworkNamespaces.layer({
    directory: `${options.runDirectory}/netns`,
    ...options.namespacesReady === undefined ? {} : { ready: options.namespacesReady }
  })
  const configDirectory = `${options.runDirectory}/netavark`
  const netavark = Layer.provideMerge(
    Netavark.layer({ ...options.netavark, configDirectory }),
    NetworkResidue.layer(configDirectory)
  )
  return Networks.layer.pipe(
    Layer.provide(Attachments.layer),
    Layer.provide(Layer.mergeAll(known, namespaces, netavark)),
    Layer.provide(hostTools)
  )
}
