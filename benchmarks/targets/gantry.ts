import { Effect } from "effect"
import { join } from "node:path"
import { startEngine } from "../../test/support/engine.ts"
import { busyboxVariant } from "../../test/support/testImages.ts"
import { imageTag, openEngine } from "./Engine.ts"

/** A Gantry of the run's own; it goes with the scope, and with it all that it made. */
export const startGantry = Effect.gen(function*() {
  const { directory, pid, socket } = yield* startEngine({ images: [busyboxVariant(imageTag)] })
  const engine = yield* openEngine({ name: "gantry", socketPath: socket, pid: yield* pid })
  return { engine, directory, containerdAddress: join(directory, "run/containerd/containerd.sock") }
})
