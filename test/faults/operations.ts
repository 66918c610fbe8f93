import { assert } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import type { FaultPlan, startFaultyEngine } from "../support/faults.ts"
import { expectClean } from "../support/fsck.ts"
import { rawJson } from "../support/rawHttp.ts"
import { eventually } from "../support/realTime.ts"

export type Faulty = Effect.Success<ReturnType<typeof startFaultyEngine>>

export const clientOf = ({ engine: { socket } }: Faulty) => {
  const call = (method: string, path: string, body?: unknown) => rawJson(socket, method, path, body)
  const good = Effect.fnUntraced(function*(method: string, path: string, body?: unknown) {
    const answer = yield* call(method, path, body)
    assert.isBelow(answer.status, 400, `${method} ${path}: ${JSON.stringify(answer.json)}`)
    return answer
  })
  const create = (name: string, command: ReadonlyArray<string> = ["sleep", "1000"]) =>
    call("POST", `/containers/create?name=${name}`, { Image: "busybox", Cmd: command, HostConfig: { NetworkMode: "none" } })
  return { call, good, create }
}

const nameOf = () => `f${randomBytes(6).toString("hex")}`

/** An operation with what it needs before and how its success shows. `run` answers as the request does that is struck. */
export interface Operation {
  readonly operations: ReadonlyArray<string>
  readonly prepare: (faulty: Faulty) => Effect.Effect<string>
  readonly run: (faulty: Faulty, name: string) => Effect.Effect<{ readonly status: number; readonly json: unknown }>
  /** After a success; a removal that failed with its answer lost counts as done. */
  readonly verify: (faulty: Faulty, name: string) => Effect.Effect<void>
  /** What a repetition may say besides success. */
  readonly repeats?: ReadonlyArray<number>
}

export const statusOf = (faulty: Faulty, name: string) =>
  Effect.map(clientOf(faulty).call("GET", `/containers/${name}/json`), ({ json, status }) =>
    status === 404 ? "absent" : String(Object(Object(json).State).Status))

const created = Effect.fnUntraced(function*(faulty: Faulty) {
  const name = nameOf()
  const { json, status } = yield* clientOf(faulty).create(name)
  assert.strictEqual(status, 201, JSON.stringify(json))
  return name
})

const running = Effect.fnUntraced(function*(faulty: Faulty) {
  const name = yield* created(faulty)
  yield* clientOf(faulty).good("POST", `/containers/${name}/start`)
  return name
})

const stopped = Effect.fnUntraced(function*(faulty: Faulty) {
  const name = yield* running(faulty)
  yield* clientOf(faulty).good("POST", `/containers/${name}/kill`)
  yield* clientOf(faulty).good("POST", `/containers/${name}/wait`)
  yield* expectClean(faulty.engine)
  return name
})

const expectStatus = (expected: string) => Effect.fnUntraced(function*(faulty: Faulty, name: string) {
  assert.strictEqual(yield* statusOf(faulty, name), expected)
})

const starting = ["Containers/Create", "Containers/Update", "Tasks/Create", "Tasks/Start"]
const removing = ["Tasks/Kill", "Tasks/Delete", "Containers/Delete", "Snapshots/Remove", "Store/Delete"]

export const operations: Readonly<Record<string, Operation>> = {
  create: {
    operations: ["Snapshots/Prepare", "Store/Create"],
    prepare: () => Effect.sync(nameOf),
    run: (faulty, name) => clientOf(faulty).create(name),
    verify: expectStatus("created")
  },
  "first start": {
    operations: starting,
    prepare: created,
    run: (faulty, name) => clientOf(faulty).call("POST", `/containers/${name}/start`),
    verify: expectStatus("running")
  },
  "later start": {
    operations: starting,
    prepare: stopped,
    run: (faulty, name) => clientOf(faulty).call("POST", `/containers/${name}/start`),
    verify: expectStatus("running")
  },
  exec: {
    operations: ["Tasks/Exec", "Tasks/Start"],
    prepare: running,
    run: Effect.fnUntraced(function*(faulty: Faulty, name: string) {
      const { call, good } = clientOf(faulty)
      const { json } = yield* good("POST", `/containers/${name}/exec`, { Cmd: ["sleep", "1000"] })
      return yield* call("POST", `/exec/${Object(json).Id}/start`, { Detach: true })
    }),
    verify: Effect.fnUntraced(function*(faulty: Faulty, name: string) {
      const { json } = yield* clientOf(faulty).good("GET", `/containers/${name}/top`)
      assert.lengthOf(Object(json).Processes, 2)
    })
  },
  "the end of an exec": {
    operations: ["Tasks/DeleteProcess"],
    prepare: running,
    run: Effect.fnUntraced(function*(faulty: Faulty, name: string) {
      const { call, good } = clientOf(faulty)
      const { json } = yield* good("POST", `/containers/${name}/exec`, { Cmd: ["true"] })
      const answer = yield* call("POST", `/exec/${Object(json).Id}/start`, { Detach: true })
      yield* eventually("the exec's end", Effect.map(call("GET", `/exec/${Object(json).Id}/json`), ({ json }) =>
        Object(json).Running === false || undefined))
      return answer
    }),
    verify: expectStatus("running")
  },
  "the end of a container": {
    operations: ["Tasks/Delete"],
    prepare: running,
    run: Effect.fnUntraced(function*(faulty: Faulty, name: string) {
      yield* clientOf(faulty).good("POST", `/containers/${name}/start`)
      yield* clientOf(faulty).good("POST", `/containers/${name}/kill`)
      return yield* clientOf(faulty).good("POST", `/containers/${name}/wait`)
    }),
    verify: expectStatus("exited")
  },
  "remove, never started": {
    operations: removing,
    prepare: created,
    run: (faulty, name) => clientOf(faulty).call("DELETE", `/containers/${name}`),
    verify: expectStatus("absent")
  },
  "remove, stopped": {
    operations: removing,
    prepare: stopped,
    run: (faulty, name) => clientOf(faulty).call("DELETE", `/containers/${name}`),
    verify: expectStatus("absent")
  },
  "remove, running by force": {
    operations: removing,
    prepare: running,
    run: (faulty, name) => clientOf(faulty).call("DELETE", `/containers/${name}?force=1`),
    verify: expectStatus("absent")
  }
}

/** After a boot each is whole, or as if it had not been begun. */
export const outcomes: Readonly<Record<string, ReadonlyArray<string>>> = {
  create: ["absent", "created"],
  "first start": ["created", "running", "exited"],
  "later start": ["exited", "running"],
  exec: ["running"],
  "the end of an exec": ["running"],
  "the end of a container": ["exited"],
  "remove, never started": ["absent"],
  "remove, stopped": ["absent"],
  "remove, running by force": ["absent", "exited", "running"]
}

export const none: FaultPlan = { operations: [], nth: 0, when: "before", how: "error" }

export const removed = (faulty: Faulty, name: string) =>
  Effect.andThen(clientOf(faulty).call("DELETE", `/containers/${name}?force=1`), expectClean(faulty.engine))

/** How many calls the operation makes when nothing goes wrong. */
export const countCalls = Effect.fnUntraced(function*(faulty: Faulty, { operations, prepare, run, verify }: Operation) {
  const name = yield* prepare(faulty)
  yield* faulty.plan({ ...none, operations })
  yield* run(faulty, name)
  yield* verify(faulty, name)
  yield* expectClean(faulty.engine)
  const calls = yield* faulty.calls
  yield* removed(faulty, name)
  return calls
})
