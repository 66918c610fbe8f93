import * as Option from "effect/Option"
import type { ContainerState } from "../../model/ContainerState.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { humanDuration } from "./humanDuration.ts"

/** The `Status` of a row of the list, which people and scripts read: `Up 5 minutes`, `Exited (0) 2 hours ago`. */
export const statusText = (state: ContainerState, nowNanos: bigint): string => {
  const since = (time: string) =>
    humanDuration(Option.match(Timestamp.parse(time), { onNone: () => 0n, onSome: (then) => nowNanos - then }))
  switch (state.status) {
    case "created":
      return "Created"
    case "dead":
      return "Dead"
    case "removing":
      return "Removal In Progress"
    case "exited":
      return `Exited (${state.exitCode}) ${since(state.finishedAt)} ago`
    case "restarting":
      return `Restarting (${state.exitCode}) ${since(state.finishedAt)} ago`
    case "paused":
      return `Up ${since(state.startedAt)} (Paused)`
    case "running":
      return `Up ${since(state.startedAt)}`
  }
}
