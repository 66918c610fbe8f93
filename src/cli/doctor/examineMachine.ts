import * as Effect from "effect/Effect"
import { statfs } from "node:fs/promises"
import { dirname } from "node:path"
import { HostFacts } from "../../host/HostFacts.ts"
import { good, lacking, poor } from "./Finding.ts"

const sysAdmin = 21n

const root = Effect.map(HostFacts, ({ capabilities }) => {
  if (process.getuid?.() !== 0) return lacking("root", `user ${process.getuid?.()}`, "run as root: sudo")
  return (capabilities >> sysAdmin) & 1n
    ? good("root", "yes, with CAP_SYS_ADMIN")
    : lacking("root", "without CAP_SYS_ADMIN", "run outside of an unprivileged container")
})

const node = () => {
  const [major = 0] = process.versions.node.split(".").map(Number)
  return major >= 24
    ? good("Node", process.versions.node)
    : lacking("Node", process.versions.node, "run with Node 24 or newer: npm start brings its own")
}

const spaceBytesMin = 1024 ** 3

/** The nearest folder that exists decides where `directory` will be. */
const spaceAt = (directory: string): Effect.Effect<number> =>
  Effect.tryPromise(() => statfs(directory)).pipe(
    Effect.map(({ bavail, bsize }) => bavail * bsize),
    Effect.catch(() => directory === "/" ? Effect.succeed(0) : spaceAt(dirname(directory)))
  )

const disk = (dataRoot: string) =>
  Effect.map(spaceAt(dataRoot), (bytes) => {
    const found = `${(bytes / 1024 ** 3).toFixed(1)} GiB free for ${dataRoot}`
    return bytes >= spaceBytesMin ? good("disk", found) : poor("disk", found, "free some space, or choose another --data-root")
  })

/** The machine and the process. */
export const examineMachine = (dataRoot: string) => Effect.all([root, Effect.sync(node), disk(dataRoot)])
