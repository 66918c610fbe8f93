import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { TestEngine } from "../support/engine.ts"
import { expectClean } from "../support/fsck.ts"
import { rawHttp } from "../support/rawHttp.ts"
import { runOrDie } from "../support/runProcess.ts"
import { stackProgram } from "../support/stack.ts"
import { docker, output } from "./cli.ts"

interface Case {
  readonly what: string
  readonly request: readonly [method: string, path: string, body?: unknown]
  readonly headers?: Record<string, string>
  readonly status: number
  readonly message: string | RegExp
}

const create = "/v1.51/containers/create"

/** A create that would succeed but for what is added. */
const creating = (what: string, more: object, status: number, message: string | RegExp): Case => ({
  what, request: ["POST", create, { Image: "busybox", Cmd: ["true"], ...more }], status, message
})

const hosting = (what: string, HostConfig: object, status: number, message: string | RegExp): Case =>
  creating(what, { HostConfig }, status, message)

const asking = (what: string, method: string, path: string, status: number, message: string | RegExp, body?: unknown): Case => ({
  what, request: [method, path, body], status, message
})

const cases: ReadonlyArray<Case> = [
  creating("an image that is not there", { Image: "nowhere" }, 404, "No such image: nowhere:latest"),
  creating("an image's tag that is not there", { Image: "busybox:old" }, 404, "No such image: busybox:old"),
  asking("a name in use", "POST", `${create}?name=running`, 409,
    /^Conflict\. The container name "\/running" is already in use by container "[0-9a-f]{64}"\. You have to remove \(or rename\) that container to be able to reuse that name\.$/,
    { Image: "busybox" }),
  asking("a name that is none", "POST", `${create}?name=a%20b`, 400,
    "Invalid container name (a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed", { Image: "busybox" }),
  asking("an empty body", "POST", create, 400, "invalid JSON: got EOF while reading request body", ""),
  asking("JSON that breaks off", "POST", create, 400, /^invalid JSON: /, "{\"Image\":"),
  asking("text behind the JSON", "POST", create, 400, "unexpected content after JSON", "{} {}"),
  asking("JSON of another kind", "POST", create, 400, /^invalid JSON: /, "[1]"),
  asking("JSON nested too deeply", "POST", create, 400, /^invalid JSON: /, `{"Image":${"[".repeat(1000)}${"]".repeat(1000)}}`),
  asking("a body of 10 MiB", "POST", create, 413, /larger than/, `{"Image":"${"x".repeat(10 * 1024 * 1024)}"}`),
  { what: "another content type", request: ["POST", create, "{}"], headers: { "Content-Type": "text/plain" }, status: 400,
    message: "unsupported Content-Type header (text/plain): must be 'application/json'" },
  { what: "a content type that is none", request: ["POST", create, "{}"], headers: { "Content-Type": "json" }, status: 400,
    message: /^malformed Content-Type header \(json\)/ },
  creating("a number for a text", { User: 5 }, 400, /^invalid JSON: .*User/),
  creating("a text for a number", { HostConfig: { Memory: "64m" } }, 400, /^invalid JSON: .*Memory/),
  creating("a number that no number can hold", { HostConfig: { Memory: 2 ** 60 } }, 400, /Memory/),
  creating("a list for an object", { HostConfig: [] }, 400, /^invalid JSON: .*HostConfig/),
  creating("no command at all", { Cmd: [], Entrypoint: [""] }, 400, "no command specified"),
  creating("a relative working directory", { WorkingDir: "x" }, 400,
    "the working directory 'x' is invalid, it needs to be an absolute path"),
  hosting("a runtime that is not configured", { Runtime: "nothing" }, 400, /unknown or invalid runtime name: nothing/),
  hosting("too little memory", { Memory: 1024 }, 400, "Minimum memory limit allowed is 6MB"),
  hosting("less swap than memory", { Memory: 64 << 20, MemorySwap: 32 << 20 }, 400,
    "Minimum memoryswap limit should be larger than memory limit, see usage"),
  hosting("two ways to limit CPUs", { NanoCpus: 5e8, CpuPeriod: 1000 }, 400,
    "Conflicting options: Nano CPUs and CPU Period cannot both be set"),
  hosting("more CPUs than there are", { NanoCpus: 1e13 }, 400, /^range of CPUs is from 0\.01 to [\d.]+, as there are only \d+ CPUs available$/),
  hosting("a negative size of /dev/shm", { ShmSize: -1 }, 400, "SHM size can not be less than 0"),
  hosting("an OOM score out of range", { OomScoreAdj: 2000 }, 400, "Invalid value 2000, range for oom score adj is [-1000, 1000]"),
  hosting("a mount point twice", { Binds: ["/tmp:/data", "/var:/data"] }, 400, "Duplicate mount point: /data"),
  hosting("a bind mount of nothing", { Mounts: [{ Type: "bind", Source: "/no/such/path", Target: "/x" }] }, 400,
    /bind source path does not exist: \/no\/such\/path/),
  hosting("an unknown log driver", { LogConfig: { Type: "pigeon", Config: {} } }, 400, /pigeon/),
  hosting("an unknown log option", { LogConfig: { Type: "json-file", Config: { wings: "2" } } }, 400,
    "unknown log opt 'wings' for json-file log driver"),
  hosting("a restart policy with --rm", { AutoRemove: true, RestartPolicy: { Name: "always" } }, 400,
    "can't create 'AutoRemove' container with restart policy"),
  hosting("an unknown restart policy", { RestartPolicy: { Name: "sometimes" } }, 400,
    "invalid restart policy: unknown policy 'sometimes'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'"),
  hosting("a restart policy, which is not built", { RestartPolicy: { Name: "always" } }, 501, "restart policies are not implemented"),
  hosting("published ports, which are not built", { PortBindings: { "80/tcp": [{ HostPort: "0" }] } }, 501, "published ports are not implemented"),
  hosting("a network of one's own, which is not built", { NetworkMode: "mine" }, 501, "user-defined networks are not implemented"),
  hosting("a named volume, which is not built", { Binds: ["data:/data"] }, 501, "volumes are not implemented"),
  hosting("a volume mount, which is not built", { Mounts: [{ Type: "volume", Source: "data", Target: "/data" }] }, 501,
    "mounts of this type are not implemented"),
  creating("an anonymous volume, which is not built", { Volumes: { "/data": {} } }, 501, "volumes are not implemented"),
  creating("a health check, which is not built", { Healthcheck: { Test: ["CMD", "true"] } }, 501, "health checks are not implemented"),
  asking("a network to be made", "POST", "/v1.51/networks/create", 501, /not implemented$/, { Name: "mine" }),
  asking("a volume to be made", "POST", "/v1.51/volumes/create", 501, /not implemented$/, { Name: "data" }),
  asking("a swarm", "GET", "/v1.51/services", 503, /^This node is not a swarm manager\./),
  asking("a container that is not there", "GET", "/v1.51/containers/nobody/json", 404, "No such container: nobody"),
  ...["start", "stop", "kill", "restart", "pause", "unpause", "wait", "attach?stream=1", "rename?name=x1"].map((verb) =>
    asking(`${verb} of a container that is not there`, "POST", `/v1.51/containers/nobody/${verb}`, 404, "No such container: nobody")),
  asking("removal of a container that is not there", "DELETE", "/v1.51/containers/nobody", 404, "No such container: nobody"),
  asking("an exec in a container that is not there", "POST", "/v1.51/containers/nobody/exec", 404, "No such container: nobody", { Cmd: ["true"] }),
  asking("an exec without command", "POST", "/v1.51/containers/running/exec", 400, "No exec command specified", { Cmd: [] }),
  asking("an exec in a stopped container", "POST", "/v1.51/containers/stopped/exec", 409, /^container [0-9a-f]{64} is not running$/, { Cmd: ["true"] }),
  asking("an exec as an unknown user", "POST", "/v1.51/containers/running/exec", 400, /unable to find user nobody-here/, { Cmd: ["true"], User: "nobody-here" }),
  asking("an exec that is not there", "GET", "/v1.51/exec/nothing/json", 404, "No such exec instance: nothing"),
  asking("start of an exec that is not there", "POST", "/v1.51/exec/nothing/start", 404, "No such exec instance: nothing", { Detach: true }),
  asking("an image that is not there to look at", "GET", "/v1.51/images/nowhere/json", 404, "No such image: nowhere:latest"),
  asking("an image that is not there to remove", "DELETE", "/v1.51/images/nowhere", 404, "No such image: nowhere:latest"),
  asking("removal of a running container", "DELETE", "/v1.51/containers/running", 409,
    "cannot remove container \"running\": container is running: stop the container before removing or force remove"),
  asking("kill of a stopped container", "POST", "/v1.51/containers/stopped/kill", 409,
    /^cannot kill container: stopped: container [0-9a-f]{64} is not running$/),
  asking("an unknown signal", "POST", "/v1.51/containers/running/kill?signal=SIGNOTHING", 400, /^[Ii]nvalid signal: SIGNOTHING$/),
  asking("an unknown condition to wait for", "POST", "/v1.51/containers/running/wait?condition=bored", 400, "invalid condition: \"bored\""),
  asking("its own name as the new one", "POST", "/v1.51/containers/running/rename?name=running", 400,
    "Renaming a container with the same name as its current name"),
  asking("a new name in use", "POST", "/v1.51/containers/running/rename?name=stopped", 409,
    /^Error when allocating new name: Conflict\. The container name "\/stopped" is already in use by container "[0-9a-f]{64}"\./),
  asking("no new name", "POST", "/v1.51/containers/running/rename?name=", 400, "Neither old nor new names may be empty"),
  asking("start with a body", "POST", "/v1.51/containers/stopped/start", 400,
    "starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24", { Binds: [] }),
  asking("a time to stop that is none", "POST", "/v1.51/containers/running/stop?t=soon", 400, /soon/),
  asking("a terminal's height that is none", "POST", "/v1.51/containers/running/resize?h=tall&w=80", 400, /^invalid resize height "tall": /),
  asking("logs of no stream", "GET", "/v1.51/containers/running/logs", 400, "must specify at least one of 'stdout' or 'stderr'"),
  asking("filters that are none", "GET", "/v1.51/containers/json?filters=nonsense", 400, "invalid filter"),
  asking("an unknown filter", "GET", `/v1.51/containers/json?filters=${encodeURIComponent("{\"colour\":[\"red\"]}")}`, 400, "invalid filter 'colour'"),
  asking("an unknown status", "GET", `/v1.51/containers/json?filters=${encodeURIComponent("{\"status\":[\"bored\"]}")}`, 400,
    /^invalid filter 'status=bored': invalid value for state \(bored\): must be one of created, running, /),
  asking("a limit that is none", "GET", "/v1.51/containers/json?limit=few", 400, /few/),
  asking("too old a version", "GET", "/v1.23/info", 400,
    "client version 1.23 is too old. Minimum supported API version is 1.24, please upgrade your client to a newer version"),
  asking("too new a version", "GET", "/v1.99/info", 400, "client version 1.99 is too new. Maximum supported API version is 1.55"),
  asking("a path that is none", "GET", "/v1.51/nothing", 404, "page not found"),
  asking("a method that is none", "PATCH", "/v1.51/containers/json", 404, "page not found")
]

const textOf = (body: string) => body.startsWith("{") ? (JSON.parse(body) as { readonly message: string }).message : body.trimEnd()

/** Made in advance for whoever comes next: pipes and network namespaces. */
const reserve = /\/run\/fifos\/\d+$|\/run\/netns\/[0-9a-f]{12}$/

/** Files and directories; containerd's own and the database come and go as they like. */
const filesBelow = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { withFileTypes: true }).filter(({ name }) => !/^containerd$|gantry\.db/.test(name)).flatMap((entry) => {
    const path = join(directory, entry.name)
    return entry.isDirectory() ? [path, ...filesBelow(path)] : [path]
  })

/** Everything that a request might leave behind: containers, what containerd has of them, files. */
const everything = Effect.gen(function*() {
  const engine = yield* TestEngine
  const { directory, socket } = engine
  yield* expectClean(engine)
  const address = join(directory, "run/containerd/containerd.sock")
  const ctr = (words: string) =>
    Effect.map(runOrDie(stackProgram("ctr"), ["-a", address, "-n", "gantry", ...words.split(" ")]), ({ stdout }) => stdout)
  const files = ["data", "run"].flatMap((part) => filesBelow(join(directory, part)))
  return {
    containers: (yield* rawHttp(socket, "GET", "/v1.51/containers/json?all=1")).body.toString().replaceAll(/"Status":"[^"]*"/g, ""),
    images: (yield* rawHttp(socket, "GET", "/v1.51/images/json?all=1")).body.toString(),
    registered: yield* ctr("containers list"),
    tasks: yield* ctr("tasks list"),
    snapshots: yield* ctr("snapshots list"),
    leases: yield* ctr("leases list"),
    files: files.filter((path) => !reserve.test(path)).toSorted()
  }
})

layer(TestEngine.layer(), { excludeTestServices: true })("a request that cannot be met", (it) => {
  it.effect("gets Docker's status and words and changes nothing", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      yield* output("run -d --name running busybox sleep 1000")
      yield* output("run --name stopped busybox true")
      const before = yield* everything
      const wrong: Array<string> = []
      for (const { headers, message, request: [method, path, body], status, what } of cases) {
        const answer = yield* rawHttp(socket, method, path, {
          ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
          headers: { ...(body === undefined ? {} : { "Content-Type": "application/json" }), ...headers }
        })
        const text = textOf(answer.body.toString())
        const right = answer.status === status && (typeof message === "string" ? text === message : message.test(text))
        if (!right) wrong.push(`${what}: ${answer.status} ${text.slice(0, 300)}`)
      }
      assert.deepStrictEqual(wrong, [])
      assert.deepStrictEqual(yield* everything, before)
      yield* output("rm -f running stopped")
    }), 180_000)

  it.effect("has an answer of type application/json, with the headers of every answer", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const { headers } = yield* rawHttp(socket, "GET", "/v1.51/containers/nobody/json")
      assert.strictEqual(headers["content-type"], "application/json")
      assert.deepStrictEqual([headers["api-version"], headers["ostype"], headers["docker-experimental"]], ["1.55", "linux", "false"])
      assert.match(headers["server"] ?? "", /^Docker\/[\d.]+ \(linux\)$/)
    }))

  it.effect("to run what cannot be run leaves a container with the reason, and nothing beside it", () =>
    Effect.gen(function*() {
      const { socket } = yield* TestEngine
      const run = (name: string, command: string) =>
        Effect.map(docker("run --name", [name, "busybox", command]), ({ code }) => code)
      yield* output("create --name first busybox true")
      const before = yield* everything
      assert.strictEqual(yield* run("missing", "/no/such/program"), 127)
      assert.strictEqual(yield* run("directory", "/etc"), 126)
      assert.strictEqual(yield* run("data", "/etc/passwd"), 126)
      const inspected = (yield* rawHttp(socket, "GET", "/v1.51/containers/missing/json")).body.toString()
      assert.match(inspected, /"Status":"created".*"ExitCode":127,"Error":"[^"]*no such file or directory/)
      yield* output("rm missing directory data")
      assert.deepStrictEqual(yield* everything, before)
      assert.strictEqual((yield* docker("run --rm busybox /no/such/program")).code, 127)
      assert.deepStrictEqual(yield* everything, before)
    }), 120_000)
})
