import { canonicalJson } from "./canonicalJson.ts"
import { type Setting, settingNames, settings } from "./settings.ts"
import type { UserConfig } from "./UserConfig.ts"

/** What a reload does with one key that changed. */
export interface Change {
  /** Its name in `daemon.json`. */
  readonly key: string
  readonly verdict: "applied-now" | "new-containers-only" | "needs-restart"
}

/** What a reload would do: the configuration to adopt, and a verdict for each key that changed. */
export interface ReloadPlan {
  /** What was asked for, but for keys that need a restart: they keep the value in force. */
  readonly user: UserConfig
  readonly changes: ReadonlyArray<Change>
}

const verdicts = { now: "applied-now", new: "new-containers-only", restart: "needs-restart" } as const

const same = (a: unknown, b: unknown) => canonicalJson(a) === canonicalJson(b)

/** Compares the configuration in force with the one that flags and file ask for now. */
export const planReload = (from: UserConfig, to: UserConfig): ReloadPlan => {
  const changes: Array<Change> = []
  const held: Record<string, unknown> = {}
  const dropped = new Set<string>()
  for (const name of settingNames) {
    const { key, takesEffect }: Setting = settings[name]
    if (same(from[name], to[name])) continue
    changes.push({ key, verdict: verdicts[takesEffect] })
    if (takesEffect !== "restart") continue
    if (from[name] === undefined) dropped.add(name)
    else held[name] = from[name]
  }
  const kept = Object.entries({ ...to, ...held }).filter(([name]) => !dropped.has(name))
  // Each value is one of `from`'s or `to`'s under the same name, and both are valid.
  return { user: Object.freeze(Object.fromEntries(kept)) as UserConfig, changes }
}
