import * as Effect from "effect/Effect"
import { ContainerStatus } from "../../model/ContainerState.ts"
import type { Filters } from "../../model/Filters.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { Images } from "../images/Images.ts"
import { now } from "./ContainerEntry.ts"
import { InvalidRequest } from "./ContainerFailures.ts"
import { ContainerIndex } from "./ContainerIndex.ts"
import type { ContainerView } from "./ContainerView.ts"
import { matchesLabels } from "./matchesLabels.ts"
import { matchesPort } from "./matchesPort.ts"

type Match = (view: ContainerView) => boolean

/** What a list's filters let through: each key must match, of a key's values any (labels: all). */
export const containerMatch = Effect.fnUntraced(function*(filters: Filters) {
  const matches: Array<Match> = []
  for (const [key, values] of filters) {
    if (values.length > 0) matches.push(yield* matchOf(key, values))
  }
  return (view: ContainerView) => matches.every((match) => match(view))
})

const matchOf = (key: string, values: ReadonlyArray<string>) => {
  switch (key) {
    case "label": return always((view) => matchesLabels(values, view.record.config.Labels))
    case "name": return Effect.map(patterns(values), (tests): Match => ({ record: { name } }) =>
      tests.some((test) => test.test(name) || test.test(`/${name}`)))
    case "id": return Effect.map(patterns(values), (tests): Match => ({ record: { id } }) =>
      values.some((value) => id.startsWith(value)) || tests.some((test) => test.test(id)))
    case "status": return statusMatch(values)
    case "health": return healthMatch(values)
    case "exited": return exitedMatch(values)
    case "ancestor": return ancestorMatch(values)
    case "before": case "since": return ageMatch(key, values)
    case "network": return always((view) => networksOf(view).some((network) => values.some((value) =>
      network === value || (value.length > 0 && network.startsWith(value)))))
    case "volume": return always(({ record }) => record.mounts.some((mount) =>
      values.includes(mount.Destination) || (mount.Name !== undefined && values.includes(mount.Name)) ||
      values.includes(mount.Source)))
    case "publish": return always((view) => values.some((value) => matchesPort(value, publishedPorts(view))))
    case "expose": return always((view) => values.some((value) => matchesPort(value, exposedPorts(view))))
    case "is-task": return Effect.map(booleans(key, values), (wanted): Match => () => wanted.includes(false))
    case "isolation": return always(() => true)
    default: return Effect.fail(new InvalidRequest({ message: `invalid filter '${key}'` }))
  }
}

const always = (match: Match) => Effect.succeed(match)

/** Clients write Go's regular expressions; what JavaScript cannot read matches as plain text. */
const patterns = (values: ReadonlyArray<string>) =>
  Effect.forEach(values, (value) =>
    Effect.try({
      try: () => new RegExp(value),
      catch: () => new InvalidRequest({ message: `invalid filter '${value}'` })
    }))

const statusMatch = (values: ReadonlyArray<string>): Effect.Effect<Match, InvalidRequest> => {
  const known: ReadonlyArray<string> = ContainerStatus.literals
  const wrong = values.find((value) => !known.includes(value))
  return wrong === undefined ? always(({ state }) => values.includes(state.status)) : Effect.fail(
    new InvalidRequest({
      message: `invalid filter 'status=${wrong}': invalid value for state (${wrong}): must be one of ${
        ["created", "running", "paused", "restarting", "removing", "exited", "dead"].join(", ")}`
    })
  )
}

const healthMatch = (values: ReadonlyArray<string>): Effect.Effect<Match, InvalidRequest> => {
  const known = ["none", "starting", "healthy", "unhealthy"]
  const wrong = values.find((value) => !known.includes(value))
  return wrong === undefined ? always(() => values.includes("none")) : Effect.fail(
    new InvalidRequest({
      message: `invalid filter 'health=${wrong}': invalid value for health (${wrong}): must be one of ${known.join(", ")}`
    })
  )
}

const exitedMatch = (values: ReadonlyArray<string>): Effect.Effect<Match, InvalidRequest> => {
  const wrong = values.find((value) => !/^-?\d+$/.test(value))
  return wrong === undefined
    ? always(({ state }) =>
      state.generation > 0 && state.status !== "running" && state.status !== "paused" &&
      values.some((value) => Number(value) === state.exitCode))
    : Effect.fail(new InvalidRequest({ message: `invalid filter 'exited=[${wrong}]'` }))
}

const booleans = (key: string, values: ReadonlyArray<string>) =>
  Effect.forEach(values, (value) =>
    /^(1|true)$/i.test(value) ? Effect.succeed(true) : /^(0|false)$/i.test(value) ? Effect.succeed(false) : Effect.fail(
      new InvalidRequest({ message: `invalid filter '${key}=[${value}]'` })
    ))

/** The image by name or id; an image that is not here has no containers. */
const ancestorMatch = Effect.fnUntraced(function*(values: ReadonlyArray<string>) {
  const images = yield* Images
  const ids = yield* Effect.forEach(values, (value) =>
    images.find(value).pipe(Effect.map(({ id }) => [id]), Effect.catch(() => Effect.succeed([]))))
  const wanted = new Set(ids.flat())
  return ({ record }: ContainerView) => wanted.has(record.imageId) || values.includes(record.config.Image)
})

const ageMatch = Effect.fnUntraced(function*(key: "before" | "since", values: ReadonlyArray<string>) {
  const index = yield* ContainerIndex
  const others = yield* Effect.forEach(values, (value) => index.find(value))
  const times = others.map((other) => createdNanos(now(other)))
  return (view: ContainerView) =>
    times.every((time) => key === "before" ? createdNanos(view) < time : createdNanos(view) > time)
})

export const createdNanos = ({ record }: ContainerView): bigint => {
  const created = Timestamp.parse(record.created)
  return created._tag === "Some" ? created.value : 0n
}

const networksOf = ({ record, state }: ContainerView): ReadonlyArray<string> => [
  ...Object.keys(record.endpoints),
  ...Object.values(state.endpoints).map((endpoint) => endpoint.NetworkID),
  record.hostConfig.NetworkMode
]

const exposedPorts = ({ record }: ContainerView) => Object.keys(record.config.ExposedPorts ?? {})
const publishedPorts = ({ record }: ContainerView) => Object.keys(record.hostConfig.PortBindings ?? {})
