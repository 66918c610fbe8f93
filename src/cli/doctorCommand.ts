import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { defaults } from "../config/UserConfig.ts"
import { stackPath } from "../host/stackPath.ts"
import { examineKernel } from "./doctor/examineKernel.ts"
import { examineMachine } from "./doctor/examineMachine.ts"
import { examinePrograms } from "./doctor/examinePrograms.ts"
import type { Finding } from "./doctor/Finding.ts"

/** The machine lacks something that the engine can't do without. */
export class MachineLacks extends Schema.TaggedError<MachineLacks>()("MachineLacks", {
  what: Schema.Array(Schema.String)
}) {
  override get message() {
    return `this machine lacks ${this.what.join(", ")}`
  }
}

const marks = { good: "ok", poor: "poor", lacking: "LACKS" } as const

const table = (findings: ReadonlyArray<Finding>): string => {
  const width = Math.max(...findings.map(({ what }) => what.length))
  return findings.flatMap(({ fix, found, state, what }) => [
    `${marks[state].padEnd(6)} ${what.padEnd(width)}  ${found}`,
    ...(fix === "" ? [] : [`${" ".repeat(width + 9)}→ ${fix}`])
  ]).join("\n")
}

const dataRoot = Flag.String("data-root").pipe(
  Flag.withDefault(defaults.dataRoot), Flag.withDescription("Where containers, images and volumes will be kept")
)

/** `gantry doctor`: what this machine offers, with the remedy beside each lack. */
export const doctorCommand = Command.make("doctor", { dataRoot }, Effect.fnUntraced(function*({ dataRoot }) {
  const searchPath = yield* stackPath
  const findings = [
    ...yield* examineMachine(dataRoot), ...yield* examineKernel(searchPath), ...yield* examinePrograms(searchPath)
  ]
  yield* Console.log(table(findings))
  const what = findings.filter(({ state }) => state === "lacking").map(({ what }) => what)
  if (what.length > 0) return yield* new MachineLacks({ what })
})).pipe(Command.withDescription("Show what this machine offers, with the remedy beside each lack"))
