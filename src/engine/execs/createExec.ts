import * as Effect from "effect/Effect"
import { randomId } from "../../model/randomId.ts"
import { type ContainerEntry, now } from "../containers/ContainerEntry.ts"
import { publishContainerEvent } from "../containers/containerEvents.ts"
import { InvalidRequest, WrongState } from "../containers/ContainerFailures.ts"
import { ContainerIndex } from "../containers/ContainerIndex.ts"
import { parseDetachKeys } from "../containers/detachKeys.ts"
import { make } from "./ExecEntry.ts"
import { ExecIndex } from "./ExecIndex.ts"
import type { ExecConfig } from "./Execs.ts"
import { execUser } from "./execUser.ts"
import { commandOf } from "./startExec.ts"

/** RPC: 0. */
export const createExec = Effect.fn("Execs.create")(function*(reference: string, config: ExecConfig) {
  const entry = yield* (yield* ContainerIndex).find(reference)
  if (config.cmd.length === 0 || config.cmd[0] === "") {
    return yield* new InvalidRequest({ message: "No exec command specified" })
  }
  const run = yield* requireRun(entry)
  yield* parseDetachKeys(config.detachKeys)
  // An unknown user is told now; the start looks again.
  yield* execUser(entry, run, config)
  const exec = yield* make(entry, {
    id: yield* randomId,
    containerId: entry.id,
    config,
    running: false,
    started: false,
    exitCode: null,
    pid: 0
  })
  yield* (yield* ExecIndex).add(exec)
  yield* publishContainerEvent(now(entry), `exec_create: ${commandOf(config)}`, { execID: exec.id })
  return exec.id
})

/** The run that an exec may join. */
export const requireRun = Effect.fnUntraced(function*(entry: ContainerEntry) {
  const { state: { status } } = now(entry)
  const refuse = (message: string) => new WrongState({ containerId: entry.id, message })
  if (status === "paused") return yield* refuse(`Container ${entry.id} is paused, unpause the container before exec`)
  if (status === "restarting") {
    return yield* refuse(`Container ${entry.id} is restarting, wait until the container is running`)
  }
  if (status !== "running" || entry.run === undefined) return yield* refuse(`container ${entry.id} is not running`)
  return entry.run
})
