import { assert, it } from "@effect/vitest"
import { Option } from "effect"
import { parseSignal } from "../../../src/model/Signal.ts"

it.each([["KILL", 9], ["SIGHUP", 1], ["term", 15], ["15", 15], ["RTMIN", 34], ["SIGRTMIN+3", 37], ["RTMAX-1", 63]])(
  "%s is signal %i",
  (text, number) => assert.deepStrictEqual(parseSignal(text), Option.some(number))
)

it.each(["", "0", "65", "SIGNOPE", "RTMIN+99", "-9", "9x"])("%s is none", (text) =>
  assert.deepStrictEqual(parseSignal(text), Option.none()))
