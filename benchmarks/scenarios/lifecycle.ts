import { Effect } from "effect"
import { container, create, type Engine, remove, runningContainer, start, stop, wait } from "../targets/Engine.ts"
import { onEngines } from "./onEngines.ts"

const idle = ["sleep", "100000"]
/** The first process of a container has no signal's default action: it has to handle what is to end it. */
const gentle = ["sh", "-c", "trap 'exit 0' TERM; echo ready; while :; do sleep 100000 & wait; done"]

/** Create, start, wait and remove of `true`, each step and the whole. */
export const cycle = onEngines("cycle", (engine, recorder) => {
  const once = Effect.gen(function*() {
    const id = yield* Effect.acquireRelease(
      recorder.timed("cycle: create", create(engine, { command: ["true"] })),
      (id) => Effect.ignore(remove(engine, id, { force: true }))
    )
    yield* recorder.timed("cycle: start", start(engine, id))
    yield* recorder.timed("cycle: wait", wait(engine, id))
    yield* recorder.timed("cycle: remove", remove(engine, id))
  })
  return Effect.succeed(recorder.repeated("cycle: whole", 4, Effect.scoped(once)))
})

/** Starts and what ends them, by network. */
export const starts = onEngines("starts", (engine, recorder) => {
  const started = (network: string) =>
    Effect.gen(function*() {
      const id = yield* container(engine, { command: idle, network })
      yield* recorder.repeated(`start, network ${network}`, 1, start(engine, id))
      yield* recorder.repeated(`remove by force, network ${network}`, 1, remove(engine, id, { force: true }))
    }).pipe(Effect.scoped, Effect.repeat({ times: 2 }))
  return Effect.succeed(Effect.andThen(started("none"), started("bridge")))
})

const isReady = ({ client }: Engine, id: string) =>
  client.request("GET", `/containers/${id}/logs?stdout=1`).pipe(
    Effect.map(({ body }) => body.includes("ready")),
    Effect.repeat({ until: (ready) => ready })
  )

/** A stop that the container obeys. */
export const stops = onEngines("stops", (engine, recorder) => {
  const stopped = Effect.gen(function*() {
    const id = yield* runningContainer(engine, { command: gentle })
    yield* isReady(engine, id)
    yield* recorder.repeated("stop", 1, stop(engine, id))
  })
  return Effect.succeed(Effect.scoped(stopped).pipe(Effect.repeat({ times: 2 }), Effect.asVoid))
})
