import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type { Network } from "../model/Network.ts"
import { AttachmentFiles } from "./AttachmentFiles.ts"
import { defaultBridge, type DefaultBridgeOptions, predefinedId } from "./defaultBridge.ts"

/** No network has this id, name or id prefix. */
export class NoSuchNetwork extends Schema.TaggedError<NoSuchNetwork>()("NoSuchNetwork", {
  reference: Schema.String
}) {}

/** The networks there are: `bridge`, `host` and `none`. */
export class KnownNetworks extends Context.Service<KnownNetworks, {
  readonly bridge: Network
  readonly all: ReadonlyArray<Network>
  find(reference: string): Effect.Effect<Network, NoSuchNetwork>
}>()("gantry/network/KnownNetworks") {
  static readonly layer = (options: { readonly dataRoot: string; readonly bridge: DefaultBridgeOptions }) =>
    Layer.effect(this, Effect.gen(function*() {
      const files = yield* AttachmentFiles
      const bridge = yield* defaultBridge(options.bridge, options.dataRoot, yield* files.all)
      const all = [bridge, predefined("host", "host", options.dataRoot), predefined("none", "null", options.dataRoot)]

      const find = (reference: string) => {
        const asked = reference === "default" ? "bridge" : reference
        const found = all.find(({ id }) => id === asked) ?? all.find(({ name }) => name === asked) ??
          all.find(({ id }) => asked !== "" && id.startsWith(asked))
        return found === undefined ? Effect.fail(new NoSuchNetwork({ reference })) : Effect.succeed(found)
      }

      return KnownNetworks.of({ bridge, all, find })
    }))
}

const predefined = (name: string, driver: "host" | "null", dataRoot: string): Network => ({
  id: predefinedId(name, dataRoot),
  name,
  driver,
  predefined: true,
  internal: false,
  hostInterface: "",
  ipam: [],
  options: {}
})
