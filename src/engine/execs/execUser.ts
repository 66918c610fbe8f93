import * as Effect from "effect/Effect"
import { HostFacts } from "../../host/HostFacts.ts"
import { type ContainerEntry, now, type Run } from "../containers/ContainerEntry.ts"
import { InvalidRequest } from "../containers/ContainerFailures.ts"
import { runningUser } from "../containers/containerUser.ts"
import { encodeOci } from "../containers/spec/encodeOci.ts"
import { execProcess } from "../containers/spec/execProcess.ts"
import type { ExecConfig } from "./Execs.ts"

/** Who an exec runs as; absent: whoever the container does. */
export const execUser = (entry: ContainerEntry, run: Run, { user }: ExecConfig) =>
  user === "" ? Effect.succeed(undefined) : runningUser(run.task.pid, user, now(entry).record.hostConfig.GroupAdd)

/** The OCI process of an exec, as JSON. */
export const prepareProcess = Effect.fnUntraced(function*(entry: ContainerEntry, run: Run, config: ExecConfig) {
  const process = yield* execProcess(run.spec.process, { ...config, user: yield* execUser(entry, run, config) }, yield* HostFacts).pipe(
    Effect.mapError(({ message }) => new InvalidRequest({ message }))
  )
  return encodeOci(process)
})
