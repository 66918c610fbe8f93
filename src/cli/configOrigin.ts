import * as Flag from "effect/cli/Flag"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { decodeFlags, engineFlags } from "./engineFlags.ts"
import type { ConfigOrigin } from "./loadConfig.ts"

const defaultFile = "/etc/gantry/daemon.json"

/** The flags that say what the engine is to be: dockerd's, and where its `daemon.json` is. */
export const originFlags = {
  engine: engineFlags,
  configFile: Flag.String("config-file").pipe(
    Flag.withDescription(`Configuration file (${defaultFile}, which may be absent)`), Flag.optional
  )
}

interface OriginFlags {
  readonly engine: Readonly<Record<string, ReadonlyArray<string>>>
  readonly configFile: Option.Option<string>
}

export const configOrigin = ({ configFile, engine }: OriginFlags) =>
  Effect.map(Effect.fromResult(decodeFlags(engine)), (flags): ConfigOrigin => ({
    flags,
    file: Option.getOrElse(configFile, () => defaultFile),
    explicit: Option.isSome(configFile)
  }))
