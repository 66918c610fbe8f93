import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import { ContainerdError } from "./ContainerdError.ts"

/** One of the places where a registry's images are asked for. */
export interface RegistryHost {
  /** `https://mirror.example:5000` */
  readonly url: string
  /** Take any certificate. */
  readonly skipVerify: boolean
}

/**
 * A folder, for as long as the scope, that tells containerd to ask these hosts, in their order, for what belongs to
 * `domain`, and at last `server`.
 */
export const registryHosts = (
  domain: string,
  server: string,
  hosts: ReadonlyArray<RegistryHost>
): Effect.Effect<string, ContainerdError, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.tryPromise({
      try: async () => {
        const directory = await mkdtemp(join(tmpdir(), "gantry-hosts-"))
        await mkdir(join(directory, domain))
        await writeFile(join(directory, domain, "hosts.toml"), tomlOf(server, hosts))
        return directory
      },
      catch: (cause) => new ContainerdError({ method: "Transfer/Transfer", reason: "Internal", message: String(cause) })
    }),
    (directory) => Effect.ignore(Effect.tryPromise(() => rm(directory, { recursive: true, force: true })), { log: "Warn" })
  )

// JSON's strings are TOML's as well.
const tomlOf = (server: string, hosts: ReadonlyArray<RegistryHost>): string =>
  [
    `server = ${JSON.stringify(server)}`,
    ...hosts.flatMap(({ skipVerify, url }) => [
      `[host.${JSON.stringify(url.replace(/\/+$/, ""))}]`,
      `  capabilities = ["pull", "resolve"]`,
      ...(skipVerify ? ["  skip_verify = true"] : [])
    ]),
    ""
  ].join("\n")
