import * as Effect from "effect/Effect"
import * as Random from "effect/Random"
import { InvalidRequest } from "./ContainerFailures.ts"

const pattern = /^\/?[a-zA-Z0-9][a-zA-Z0-9_.-]+$/

/** A name without its slash, or Docker's text about what is wrong with it. */
export const parseContainerName = (name: string): Effect.Effect<string, InvalidRequest> =>
  pattern.test(name)
    ? Effect.succeed(name.replace(/^\//, ""))
    : Effect.fail(new InvalidRequest({
      message: `Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`
    }))

const qualities = [
  "able", "amber", "bold", "brisk", "calm", "candid", "clever", "cosmic", "crisp", "daring", "eager", "early", "fair",
  "fleet", "frank", "gentle", "golden", "happy", "hardy", "honest", "jolly", "keen", "kind", "lively", "loyal", "lucid",
  "mellow", "merry", "mild", "nimble", "noble", "patient", "placid", "plain", "polite", "proud", "quick", "quiet",
  "rapid", "ready", "serene", "sharp", "silent", "sober", "solid", "steady", "stout", "sunny", "swift", "tidy", "vivid",
  "warm", "wise", "witty"
]
const things = [
  "anchor", "barge", "beam", "bollard", "boom", "bridge", "buoy", "cable", "capstan", "cargo", "chain", "crane", "crate",
  "davit", "derrick", "dock", "ferry", "girder", "harbor", "hatch", "hawser", "hoist", "hook", "hull", "jetty", "keel",
  "ladder", "lantern", "lever", "lighter", "mast", "mooring", "pallet", "pier", "pulley", "quay", "raft", "rail",
  "rigging", "rope", "rudder", "sail", "shackle", "sheave", "slip", "spar", "tackle", "tide", "trestle", "trolley",
  "wharf", "winch", "yard"
]

/** A name for a container that was given none. After a few tries a number is added. */
export const madeUpName = Effect.fnUntraced(function*(attempt: number) {
  const pick = (words: ReadonlyArray<string>) =>
    Effect.map(Random.nextIntBetween(0, words.length), (index) => words[index] ?? "plain")
  const name = `${yield* pick(qualities)}_${yield* pick(things)}`
  return attempt < 3 ? name : `${name}${yield* Random.nextIntBetween(0, 10_000)}`
})
