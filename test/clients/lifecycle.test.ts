import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { TestEngine } from "../support/engine.ts"
import { becomes, docker, ending, field, output, prints, trapping } from "./cli.ts"

const daemon = "Error response from daemon: "
const refusal = (text: string) => ({ code: 1, stdout: "", stderr: `${daemon}${text}\n` })
const asleep = (name: string) => output(`run -d --name ${name} busybox sleep 1000`)
/** A container that does at signals what `handlers` say, once it can. */
const listening = (name: string, handlers: string, flags: ReadonlyArray<string> = []) =>
  Effect.tap(output(`run -d --name ${name}`, [...flags, "busybox", ...trapping(handlers)]), () => prints(name, "ready"))

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("a container's life", (it) => {
  it.effect("every waiter is told the exit code, also those who come late", () =>
    Effect.gen(function*() {
      yield* listening("awaited", `trap "exit 21" TERM`)
      const [codes] = yield* Effect.all([
        Effect.forEach([1, 2, 3, 4], () => output("wait awaited"), { concurrency: 4 }),
        Effect.andThen(output("exec awaited sleep 0.3"), output("kill -s TERM awaited"))
      ], { concurrency: 2 })
      assert.deepStrictEqual(codes, ["21", "21", "21", "21"])
      assert.strictEqual(yield* output("wait awaited"), "21")
      assert.deepStrictEqual(ending(yield* docker("wait nowhere")), refusal("No such container: nowhere"))
    }))

  it.effect("kill sends SIGKILL, or the signal that -s names by name or number", () =>
    Effect.gen(function*() {
      yield* listening("signalled", `trap "echo hup" HUP; trap "echo usr1" USR1`)
      yield* output("kill -s HUP signalled")
      yield* prints("signalled", "hup\n")
      yield* output("kill -s 10 signalled")
      yield* prints("signalled", "usr1\n")
      assert.strictEqual(yield* field("signalled", ".State.Running"), "true")
      yield* output("kill signalled")
      assert.strictEqual(yield* output("wait signalled"), "137")
      assert.strictEqual(yield* field("signalled", ".State.OOMKilled"), "false")
    }))

  it.effect("kill is refused with a signal that is none, or for a container that does not run", () =>
    Effect.gen(function*() {
      const id = yield* asleep("unkilled")
      assert.include((yield* docker("kill -s NOPE unkilled")).stderr, `${daemon}invalid signal: NOPE`)
      assert.strictEqual((yield* docker("kill -s NOPE unkilled")).code, 1)
      yield* output("kill unkilled")
      yield* docker("wait unkilled")
      assert.deepStrictEqual(ending(yield* docker("kill unkilled")),
        refusal(`cannot kill container: unkilled: container ${id} is not running`))
    }))

  it.effect("stop sends SIGTERM, and the exit code is the container's own", () =>
    Effect.gen(function*() {
      yield* listening("polite", `trap "exit 12" TERM`)
      assert.strictEqual(yield* output("stop polite"), "polite")
      assert.strictEqual(yield* field("polite", ".State.ExitCode"), "12")
      assert.strictEqual(yield* output("stop polite"), "polite")
    }))

  it.effect("stop kills what does not end in its time", () =>
    Effect.gen(function*() {
      yield* listening("deaf", `trap "" TERM`)
      yield* output("stop -t 1 deaf")
      assert.strictEqual(yield* field("deaf", ".State.ExitCode"), "137")
    }))

  it.effect("stop sends the signal that -s or the container's configuration names", () =>
    Effect.gen(function*() {
      yield* listening("asked", `trap "exit 31" INT; trap "exit 32" QUIT`, ["--stop-signal", "SIGQUIT", "--stop-timeout", "77"])
      assert.strictEqual(yield* field("asked", ".Config.StopSignal"), "SIGQUIT")
      assert.strictEqual(yield* field("asked", ".Config.StopTimeout"), "77")
      yield* output("stop asked")
      assert.strictEqual(yield* field("asked", ".State.ExitCode"), "32")
      yield* output("start asked")
      yield* becomes("asked", ".State.Running", "true")
      yield* output("exec asked sh -c", ["while ! grep -q 'SigCgt:.*[2367]$' /proc/1/status; do sleep 0.05; done"])
      yield* output("stop -s INT asked")
      assert.strictEqual(yield* field("asked", ".State.ExitCode"), "31")
    }))

  it.effect("--stop-timeout is the time that stop gives", () =>
    Effect.gen(function*() {
      yield* listening("brief", `trap "" TERM`, ["--stop-timeout", "0"])
      yield* output("stop brief")
      assert.strictEqual(yield* field("brief", ".State.ExitCode"), "137")
    }))

  it.effect("restart makes a new process in the same container, and starts one that is stopped", () =>
    Effect.gen(function*() {
      yield* listening("anew", `trap "exit 0" TERM; echo run >>/tmp/runs`)
      const pid = yield* field("anew", ".State.Pid")
      yield* output("restart anew")
      assert.notStrictEqual(yield* field("anew", ".State.Pid"), pid)
      yield* output("restart -t 0 anew")
      yield* output("kill anew")
      yield* docker("wait anew")
      yield* output("restart anew")
      yield* becomes("anew", ".State.Running", "true")
      yield* output("exec anew sh -c", ["while [ $(wc -l </tmp/runs) -lt 4 ]; do sleep 0.05; done"])
    }))

  it.effect("pause stops the clock of a container, unpause lets it go on", () =>
    Effect.gen(function*() {
      const id = yield* listening("frozen", `trap "exit 5" TERM`)
      yield* output("pause frozen")
      assert.strictEqual(yield* output("inspect -f", ["{{.State.Status}} {{.State.Paused}} {{.State.Running}}", "frozen"]), "paused true true")
      assert.include(yield* output("ps --filter name=frozen"), "(Paused)")
      assert.deepStrictEqual(ending(yield* docker("pause frozen")), refusal(`container ${id} is already paused`))
      yield* output("unpause frozen")
      assert.deepStrictEqual(ending(yield* docker("unpause frozen")), refusal(`Container ${id} is not paused`))
      assert.strictEqual(yield* field("frozen", ".State.Status"), "running")
      yield* output("pause frozen")
      assert.include((yield* docker("rm frozen")).stderr, `cannot remove container "frozen": container is paused and must be unpaused first`)
      yield* output("rm -f frozen")
    }))

  it.effect("stop ends a paused container too", () =>
    Effect.gen(function*() {
      yield* listening("cold", `trap "exit 5" TERM`)
      yield* output("pause cold")
      yield* output("stop -t 1 cold")
      assert.strictEqual(yield* field("cold", ".State.Status"), "exited")
    }))

  it.effect("rename gives a container another name, unless that is taken or none", () =>
    Effect.gen(function*() {
      const id = yield* output("create --name before busybox true")
      yield* output("rename before after")
      assert.strictEqual(yield* field("after", ".Name"), "/after")
      assert.strictEqual((yield* docker("inspect before")).code, 1)
      const other = yield* output("create --name before busybox true")
      assert.strictEqual((yield* docker("rename before after")).stderr,
        `${daemon}Error when allocating new name: Conflict. The container name "/after" is already in use by container "${id}". ` +
          "You have to remove (or rename) that container to be able to reuse that name.\n" +
          "Error: failed to rename container named before\n")
      assert.include((yield* docker("rename after after")).stderr, "Renaming a container with the same name as its current name")
      assert.include((yield* docker("rename", ["after", "a b"])).stderr, "Invalid container name (a b)")
      assert.strictEqual(yield* field("before", ".Id"), other)
    }))

  it.effect("rm is refused for one that runs; with -f it ends and goes", () =>
    Effect.gen(function*() {
      yield* asleep("busy")
      assert.deepStrictEqual(ending(yield* docker("rm busy")),
        refusal(`cannot remove container "busy": container is running: stop the container before removing or force remove`))
      assert.strictEqual(yield* output("rm -f busy"), "busy")
      assert.deepStrictEqual(ending(yield* docker("rm busy")), refusal("No such container: busy"))
      assert.strictEqual((yield* docker("rm -f busy")).code, 0)
    }))

  it.effect("top lists the processes, with the columns that are asked for", () =>
    Effect.gen(function*() {
      const id = yield* asleep("watched")
      const [titles, row] = (yield* output("top watched")).split("\n").map((line) => line.trim().split(/\s+/))
      assert.deepStrictEqual(titles, ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"])
      assert.strictEqual(row?.[1], yield* field("watched", ".State.Pid"))
      assert.match(yield* output("top watched -o pid,comm"), /^PID +COMMAND\n\d+ +sleep$/)
      yield* output("kill watched")
      yield* docker("wait watched")
      assert.deepStrictEqual(ending(yield* docker("top watched")), refusal(`container ${id} is not running`))
    }))

  it.effect("create and start -ai carry input and output, and give the exit code", () =>
    Effect.gen(function*() {
      yield* output("create -i --name waiting busybox sh -c", ["cat; echo err >&2; exit 9"])
      assert.strictEqual(yield* field("waiting", ".State.Status"), "created")
      const finished = yield* docker("start -ai waiting", [], { stdin: "line\n" })
      assert.deepStrictEqual(ending(finished), { code: 9, stdout: "line\n", stderr: "err\n" })
    }))

  it.effect("start says why a container can't be started, and leaves it startable", () =>
    Effect.gen(function*() {
      yield* output("create --name wrong busybox nowhere")
      const refused = yield* docker("start wrong")
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /executable file.* not found in \$PATH/)
      assert.strictEqual((yield* docker("start wrong")).code, 1)
      yield* output("rm wrong")
    }))

  it.effect("what a container wrote is there again when it is started again", () =>
    Effect.gen(function*() {
      yield* output("run --name kept busybox sh -c", ["echo run >>/tmp/file; wc -l </tmp/file"])
      assert.strictEqual(yield* output("start -a kept"), "2")
    }))

  it.effect("update changes the limits of a container that runs", () =>
    Effect.gen(function*() {
      yield* output("run -d --name limited --pids-limit 100 -m 64m busybox sleep 1000")
      yield* output("update --pids-limit 50 -m 128m --memory-swap 128m limited")
      assert.strictEqual(yield* output("inspect -f", ["{{.HostConfig.PidsLimit}} {{.HostConfig.Memory}}", "limited"]), `50 ${128 * 1024 * 1024}`)
      assert.strictEqual(yield* output("exec limited sh -c", ["cat /sys/fs/cgroup/pids.max 2>/dev/null || cat /sys/fs/cgroup/pids/pids.max"]), "50")
    }))
})

const json = "{{json .}}"

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("docker ps and inspect", (it) => {
  const listed = (filters: string, ...more: ReadonlyArray<string>) =>
    Effect.map(output(`ps -a --format {{.Names}} ${filters}`, more), (text) => text === "" ? [] : text.split("\n"))

  it.effect("ps shows those that run, -a all, -n and -l the last, newest first", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* docker("run --name first --label team=red busybox sh -c", ["exit 3"])).code, 3)
      yield* output("run -d --name second --label team=blue --label big --network none busybox sleep 1000")
      yield* output("create --name third busybox sleep 1000")
      assert.strictEqual(yield* output("ps --format {{.Names}}"), "second")
      assert.deepStrictEqual(yield* listed("--no-trunc"), ["third", "second", "first"])
      assert.strictEqual(yield* output("ps -n 2 --format {{.Names}}"), "third\nsecond")
      assert.strictEqual(yield* output("ps -l --format {{.Names}}"), "third")
    }))

  it.effect("ps filters by status, name, label, id, exit code, image, age and network", () =>
    Effect.gen(function*() {
      const id = yield* field("second", ".Id")
      assert.deepStrictEqual(yield* listed("--filter status=created"), ["third"])
      assert.deepStrictEqual(yield* listed("--filter status=exited --filter status=running"), ["second", "first"])
      assert.deepStrictEqual(yield* listed("--filter name=ir"), ["third", "first"])
      assert.deepStrictEqual(yield* listed("--filter name=^/second$"), ["second"])
      assert.deepStrictEqual(yield* listed("--filter label=team"), ["second", "first"])
      assert.deepStrictEqual(yield* listed("--filter label=team=blue --filter label=big"), ["second"])
      assert.deepStrictEqual(yield* listed(`--filter id=${id.slice(0, 9)}`), ["second"])
      assert.deepStrictEqual(yield* listed("--filter exited=3"), ["first"])
      assert.deepStrictEqual(yield* listed("--filter ancestor=busybox"), ["third", "second", "first"])
      assert.deepStrictEqual(yield* listed("--filter ancestor=nowhere"), [])
      assert.deepStrictEqual(yield* listed("--filter before=second"), ["first"])
      assert.deepStrictEqual(yield* listed("--filter since=second"), ["third"])
      assert.deepStrictEqual(yield* listed("--filter network=none"), ["second"])
      assert.deepStrictEqual(ending(yield* docker("ps --filter status=odd")), refusal(
        "invalid filter 'status=odd': invalid value for state (odd): must be one of created, running, paused, restarting, " +
          "removing, exited, dead"))
      assert.deepStrictEqual(ending(yield* docker("ps --filter colour=red")), refusal("invalid filter 'colour'"))
    }))

  it.effect("ps -q gives short ids, --no-trunc long ones, and the table what people read", () =>
    Effect.gen(function*() {
      const id = yield* field("second", ".Id")
      assert.strictEqual(yield* output("ps -q"), id.slice(0, 12))
      assert.strictEqual(yield* output("ps -q --no-trunc"), id)
      const [titles, row] = (yield* output("ps")).split("\n")
      assert.match(titles ?? "", /^CONTAINER ID +IMAGE +COMMAND +CREATED +STATUS +PORTS +NAMES$/)
      assert.match(row ?? "", /^[0-9a-f]{12} +busybox +"sleep 1000" +.* ago +Up .* +second$/)
      assert.match(yield* output("ps -a --filter name=first"), /Exited \(3\) .* ago/)
      assert.match(yield* output("ps -a --filter name=third"), / Created +third$/)
      assert.include(yield* output("ps --format", [json]), `"State":"running"`)
    }))

  it.effect("inspect tells what was asked and what is", () =>
    Effect.gen(function*() {
      const { bridge, gateway } = yield* TestEngine
      const id = yield* output("run -d --name told -e A=b -w /tmp --label l=v -m 64m busybox sleep 1000")
      const fields = (...paths: ReadonlyArray<string>) =>
        Effect.map(output("inspect -f", [paths.map((path) => `{{${path}}}`).join("\n"), "told"]), (text) => text.split("\n"))
      assert.deepStrictEqual(yield* fields(".Id", ".Name", ".Path", "json .Args", ".Config.Image", ".Config.Hostname"),
        [id, "/told", "sleep", `["1000"]`, "busybox", id.slice(0, 12)])
      assert.deepStrictEqual(yield* fields(".State.Status", ".State.Running", ".State.ExitCode", ".State.Error", ".State.FinishedAt"),
        ["running", "true", "0", "", "0001-01-01T00:00:00Z"])
      assert.deepStrictEqual(yield* fields("index .Config.Env 0", ".Config.WorkingDir", "index .Config.Labels \"l\"", "json .Config.Cmd"),
        ["A=b", "/tmp", "v", `["sleep","1000"]`])
      assert.deepStrictEqual(yield* fields(".HostConfig.Memory", ".HostConfig.NetworkMode", ".HostConfig.RestartPolicy.Name", ".HostConfig.ShmSize", ".HostConfig.LogConfig.Type"),
        ["67108864", "bridge", "no", "67108864", "json-file"])
      const endpoint = ".NetworkSettings.Networks.bridge"
      const [address = "", prefix, router, mac = "", networkId = ""] = yield* fields(`${endpoint}.IPAddress`, `${endpoint}.IPPrefixLen`,
        `${endpoint}.Gateway`, `${endpoint}.MacAddress`, `${endpoint}.NetworkID`)
      assert.deepStrictEqual([prefix, router], ["24", gateway])
      assert.match(networkId, /^[0-9a-f]{64}$/)
      assert.include(yield* output("exec told ip addr show eth0"), `inet ${address}/24`)
      assert.include(yield* output("exec told ip addr show eth0"), mac)
      assert.include(bridge, "gt")
      yield* output("kill told")
      yield* docker("wait told")
      assert.deepStrictEqual(yield* fields(".State.Status", ".State.Pid", ".State.ExitCode", `${endpoint}.IPAddress`), ["exited", "0", "137", ""])
    }))

  it.effect("a container is found by its name, its id and what its id begins with", () =>
    Effect.gen(function*() {
      const id = yield* field("second", ".Id")
      for (const reference of ["second", "/second", id, id.slice(0, 12), id.slice(0, 8)]) {
        assert.strictEqual(yield* field(reference, ".Id"), id)
      }
      assert.include((yield* docker("inspect nowhere")).stderr, "No such object: nowhere")
    }))

  it.effect("inspect --size tells how much a container has written", () =>
    Effect.gen(function*() {
      yield* output("run --name writer busybox dd if=/dev/zero of=/file bs=1M count=2")
      assert.isAtLeast(Number(yield* output("inspect --size -f", ["{{.SizeRw}}", "writer"])), 2 * 1024 * 1024)
    }))

  it.effect("cp says that it is not built, rather than failing in some other way", () =>
    Effect.gen(function*() {
      const refused = yield* docker("cp second:/etc/passwd -")
      assert.strictEqual(refused.code, 1)
      assert.match(refused.stderr, /not implemented/)
    }))
})
