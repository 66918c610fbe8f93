import * as NodeServices from "@effect/platform-node/NodeServices"
import { Effect, Layer } from "effect"
import { layerFsck } from "../../src/cli/fsckCommand.ts"
import { examine } from "../../src/engine/fsck/examine.ts"
import { HostFacts } from "../../src/host/HostFacts.ts"
import { realSleep } from "./realTime.ts"

/** As much of a test's engine as the audit wants to know. */
interface Audited {
  readonly directory: string
  readonly bridge: string
}

const host = Layer.provideMerge(HostFacts.layer, NodeServices.layer)

/** What `gantry fsck` has to say about a test's engine, in words. Leaves the engine alone. */
export const findingsOf = ({ bridge, directory }: Audited) => {
  const target = {
    dataRoot: `${directory}/data`,
    execRoot: `${directory}/run`,
    namespace: "gantry",
    address: `${directory}/run/containerd/containerd.sock`,
    snapshotter: "overlayfs",
    bridge
  }
  return examine(target).pipe(
    Effect.map(({ containerdUnasked, findings }) => [
      ...findings.map(({ invariant, message, subject }) => `${invariant} ${subject}: ${message}`),
      ...containerdUnasked === undefined ? [] : [`containerd could not be asked: ${containerdUnasked}`]
    ]),
    Effect.provide(layerFsck(target)),
    Effect.provide(host),
    Effect.orDie
  )
}

/** Dies with the findings if anything is left over or missing, three seconds after it was first looked for. */
export const expectClean = Effect.fnUntraced(function*(engine: Audited) {
  const deadline = performance.now() + 3_000
  while (true) {
    const findings = yield* findingsOf(engine)
    if (findings.length === 0) return
    if (performance.now() > deadline) return yield* Effect.die(new Error(`fsck found:\n${findings.join("\n")}`))
    yield* realSleep(100)
  }
})
