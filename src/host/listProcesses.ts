import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { runTool } from "./runTool.ts"

/** `ps` could not tell about a container's processes. `message` is Docker's. */
export class ProcessesNotListed extends Schema.TaggedError<ProcessesNotListed>()("ProcessesNotListed", {
  message: Schema.String
}) {}

/** What `ps` prints: its header and a row for each process, the last column with all the rest of the line. */
export interface ProcessTable {
  readonly Titles: ReadonlyArray<string>
  readonly Processes: ReadonlyArray<ReadonlyArray<string>>
}

/** The rows of the host's `ps` that are about these pids. `psArgs` are the client's own options; empty means `-ef`. */
export const listProcesses = Effect.fn("listProcesses")(function*(
  pids: ReadonlyArray<number>,
  psArgs: string
): Effect.fn.Return<ProcessTable, ProcessesNotListed> {
  const asked = psArgs === "" ? "-ef" : psArgs
  yield* refuseRenamedPid(asked)
  const args = asked.split(" ")
  const listed = runTool("ps", [...args, `-q${pids.join(",")}`]).pipe(
    // Some options cannot go together with a choice of pids.
    Effect.catch(() => runTool("ps", args)),
    Effect.mapError(({ message }) => new ProcessesNotListed({ message }))
  )
  return yield* parseTable(yield* listed, new Set(pids))
})

/** Another column under the header `PID` would let a client choose whose processes it sees. */
const refuseRenamedPid = (args: string): Effect.Effect<void, ProcessesNotListed> => {
  const renamed = [...args.matchAll(/\s+([^\s]*)=\s*(PID[^\s]*)/g)].find(([, column]) => column !== "pid")
  return renamed === undefined
    ? Effect.void
    : Effect.fail(new ProcessesNotListed({ message: `specifying "${renamed[1]}=${renamed[2]}" is not allowed` }))
}

const fieldsOf = (line: string): ReadonlyArray<string> => line.split(/[\t\n\f\r ]+/).filter((field) => field !== "")

const parseTable = (output: string, pids: ReadonlySet<number>): Effect.Effect<ProcessTable, ProcessesNotListed> => {
  const [header = "", ...lines] = output.split("\n")
  const titles = fieldsOf(header)
  const column = titles.indexOf("PID")
  if (column < 0) return Effect.fail(new ProcessesNotListed({ message: "Couldn't find PID field in ps output" }))
  const rows: Array<ReadonlyArray<string>> = []
  let ours = false
  for (const line of lines) {
    const fields = fieldsOf(line)
    if (fields.length === 0) continue
    const text = fields[column] ?? ""
    // A dash stands for a thread of the process before.
    if (text !== "-") {
      if (!/^\d+$/.test(text)) return Effect.fail(new ProcessesNotListed({ message: `Unexpected pid '${text}': invalid syntax` }))
      ours = pids.has(Number(text))
    }
    if (ours) rows.push([...fields.slice(0, titles.length - 1), fields.slice(titles.length - 1).join(" ")])
  }
  return Effect.succeed({ Titles: titles, Processes: rows })
}
