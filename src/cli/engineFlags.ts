import * as Flag from "effect/cli/Flag"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type { ConfigRejected } from "../config/ConfigRejected.ts"
import { decodeSettings, type Source } from "../config/decodeSettings.ts"
import { readFlag } from "../config/readFlag.ts"
import { type FlagForm, proxyFlags, type Setting, settingNames, settings } from "../config/settings.ts"

/** A flag of dockerd's, and the key of `daemon.json` that it stands for. */
interface EngineFlag {
  readonly flag: string
  readonly key: string
  readonly form: FlagForm
  readonly short?: string | undefined
  readonly hidden?: true
}

/** Flags that dockerd's users have in their unit files and that change nothing here, or are refused. */
const foreign: ReadonlyArray<EngineFlag> = [
  ...["userland-proxy", "allow-direct-routing", "bridge-accept-fwmark", "ip-forward-no-drop", "cri-containerd",
    "selinux-enabled", "rootless", "tls", "tlsverify"].map((flag) => ({ flag, key: flag, form: "switch" as const })),
  ...["userland-proxy-path", "cpu-rt-period", "cpu-rt-runtime", "swarm-default-advertise-addr", "userns-remap",
    "network-control-plane-mtu", "network-diagnostic-port", "tlscacert", "tlscert", "tlskey"
  ].map((flag) => ({ flag, key: flag, form: "text" as const })),
  ...["storage-opt", "cdi-spec-dir", "node-generic-resource", "authorization-plugin"].map((flag) =>
    ({ flag, key: `${flag}s`, form: "texts" as const })
  )
].map((flag) => ({ ...flag, hidden: true as const }))

const all: ReadonlyArray<EngineFlag> = [
  ...settingNames.flatMap((name) => {
    const { flag, form, key, short }: Setting = settings[name]
    return flag === null ? [] : [{ flag: flag ?? key, key, form, short }]
  }),
  ...proxyFlags.map((flag) => ({ flag, key: "proxies", form: "text" as const })),
  ...foreign
]

const words = ({ flag, form, hidden, short }: EngineFlag): Flag.Flag<ReadonlyArray<string>> => {
  const base = form === "switch"
    ? Flag.Boolean(flag).pipe(
      Flag.withoutNegation,
      Flag.optional,
      Flag.map((given) => Option.match(given, { onNone: () => [], onSome: (on) => [String(on)] }))
    )
    : Flag.atLeast(Flag.String(flag), 0)
  const named = short === undefined ? base : Flag.withAlias(base, short)
  return hidden ? Flag.withHidden(named) : Flag.withDescription(named, descriptions[flag] ?? `As "${flag}" of dockerd`)
}

const descriptions: Readonly<Record<string, string>> = {
  host: "Unix socket to listen on, such as unix:///run/gantry/gantry.sock",
  "data-root": "Where containers, images and volumes are kept",
  "exec-root": "Where sockets and the state of running containers are kept",
  containerd: "Socket of a containerd that runs already; without it the engine starts its own",
  pidfile: "File to write the process id to",
  group: "Group that owns the socket",
  debug: "Log everything",
  "add-runtime": "Register an OCI runtime, as name=path",
  "default-runtime": "Runtime of containers that ask for none",
  label: "Label of this engine, as key=value"
}

/** Every flag by its name, as the words that were given with it. */
export const engineFlags: Readonly<Record<string, Flag.Flag<ReadonlyArray<string>>>> = Object.fromEntries(
  all.map((flag) => [flag.flag, words(flag)])
)

/** What the flags say, in the terms of `daemon.json`. */
export const decodeFlags = (
  given: Readonly<Record<string, ReadonlyArray<string>>>
): Result.Result<Source, ConfigRejected> =>
  Result.gen(function*() {
    const raw: Record<string, Schema.Json> = {}
    const proxies: Record<string, Schema.Json> = {}
    for (const { flag, form, key } of all) {
      const words = given[flag] ?? []
      if (words.length === 0) continue
      if (key === "proxies") proxies[flag] = yield* readFlag(flag, form, words)
      else raw[key] = yield* readFlag(flag, form, words)
    }
    return yield* decodeSettings(Object.keys(proxies).length > 0 ? { ...raw, proxies } : raw)
  })
