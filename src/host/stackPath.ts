import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Path from "effect/Path"
import { fileURLToPath } from "node:url"

/** The package's own folder, from source and from `dist` alike. */
const packageRoot = fileURLToPath(new URL("../..", import.meta.url))

/** Where containerd, the OCI runtimes and the network programs are looked for: our own stack, then PATH. */
export const stackPath = Effect.gen(function*() {
  const [fs, path] = yield* Effect.all([FileSystem.FileSystem, Path.Path])
  const stack = path.join(process.env["GANTRY_STACK"] ?? path.join(packageRoot, ".stack"), "bin")
  const present = yield* Effect.orElseSucceed(fs.exists(stack), () => false)
  const rest = (process.env["PATH"] ?? "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin").split(":")
  // Debian keeps netavark and aardvark-dns away from PATH.
  const all = [...(present ? [stack] : []), ...rest, "/usr/sbin", "/usr/lib/podman", "/usr/libexec/podman"]
  return [...new Set(all.filter((directory) => path.isAbsolute(directory)))]
})
