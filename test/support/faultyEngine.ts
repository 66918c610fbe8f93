/**
 * The engine as `src/main.ts` has it, with faults put between it and containerd. What to do is written into the file
 * that GANTRY_FAULT_PLAN names, anew for each time; the calls made since stand in that file's `.calls`.
 */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Effect } from "effect"
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs"
import { gantryCommand } from "../../src/cli/gantryCommand.ts"
import { mainOptions, surroundings } from "../../src/cli/mainOptions.ts"
import { ContainerdError } from "../../src/containerd/ContainerdError.ts"
import * as RpcFault from "../../src/containerd/RpcFault.ts"
import * as Gantry from "../../src/Gantry.ts"
import type { FaultPlan } from "./faults.ts"

const planFile = process.env["GANTRY_FAULT_PLAN"] ?? ""
let text = ""
let plan: FaultPlan = { operations: [], nth: 0, when: "before", how: "error" }
let seen = 0

const readPlan = () => {
  const now = existsSync(planFile) ? readFileSync(planFile, "utf8") : ""
  if (now === text || now === "") return
  text = now
  plan = JSON.parse(now)
  seen = 0
  writeFileSync(`${planFile}.calls`, "")
}

/** Whether the call at hand is the one. Counted when it begins. */
const strike = (operation: string) => {
  if (plan.how === "kill") process.kill(process.pid, "SIGKILL")
  return Effect.fail(new ContainerdError({ method: operation, reason: "Unavailable", message: "injected fault" }))
}

const chosen = new Set<string>()

const fault: RpcFault.RpcFault = {
  before: (operation) =>
    Effect.suspend(() => {
      readPlan()
      if (!plan.operations.includes(operation)) return Effect.void
      appendFileSync(`${planFile}.calls`, `${operation}\n`)
      seen++
      if (seen !== plan.nth) return Effect.void
      if (plan.when === "before") return strike(operation)
      chosen.add(operation)
      return Effect.void
    }),
  // Of two such calls under way at once the first to return is struck: one is as good as the other.
  after: (operation) => Effect.suspend(() => chosen.delete(operation) ? strike(operation) : Effect.void)
}

NodeRuntime.runMain(
  gantryCommand(Gantry.layerServer)(process.argv.slice(2)).pipe(
    Effect.provide(surroundings),
    Effect.provideService(RpcFault.RpcFault, fault)
  ),
  mainOptions
)
