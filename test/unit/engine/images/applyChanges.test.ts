import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { applyChanges } from "../../../../src/engine/images/applyChanges.ts"

describe("applyChanges", () => {
  it.effect("reads Dockerfile instructions", () =>
    Effect.gen(function*() {
      const config = yield* applyChanges([
        "cmd echo hi", "ENTRYPOINT [\"/bin/sh\"]", "ENV A=1 B=\"two words\"", "ENV A=3", "ENV OLD the rest of it",
        "EXPOSE 80 53/udp", "VOLUME [\"/data\"]", "VOLUME /a /b", "WORKDIR /srv", "WORKDIR app", "USER 1000:1000",
        "LABEL one=1 two='2 3'", "STOPSIGNAL SIGINT", "ONBUILD RUN true"
      ])
      assert.deepStrictEqual(config, {
        Cmd: ["/bin/sh", "-c", "echo hi"],
        Entrypoint: ["/bin/sh"],
        Env: ["B=two words", "A=3", "OLD=the rest of it"],
        ExposedPorts: { "80/tcp": {}, "53/udp": {} },
        Volumes: { "/data": {}, "/a": {}, "/b": {} },
        WorkingDir: "/srv/app",
        User: "1000:1000",
        Labels: { one: "1", two: "2 3" },
        StopSignal: "SIGINT",
        OnBuild: ["RUN true"]
      })
    }))

  it.effect.each<readonly [string, string]>([
    ["RUN true", "RUN is not a valid change command"],
    ["", " is not a valid change command"],
    ["CMD", "CMD requires at least one argument"],
    ["EXPOSE eighty", "invalid containerPort: eighty"],
    ["ENV =x", "ENV names can not be blank"]
  ])("refuses %s", ([change, message]) =>
    Effect.gen(function*() {
      const failure = yield* Effect.flip(applyChanges([change]))
      assert.strictEqual(failure.message, message)
    }))
})
