import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { chmodSync, mkdirSync, readFileSync, readlinkSync, writeFileSync } from "node:fs"
import { hostname } from "node:os"
import { join } from "node:path"
import { TestEngine } from "../support/engine.ts"
import { tempDirectory } from "../support/tempDirectory.ts"
import { docker, ending, field, output } from "./cli.ts"

/** Runs a script in a new container with these options and gives what it prints. */
const printed = (options: string, script: string, more: ReadonlyArray<string> = []) =>
  output(`run --rm ${options}`.trimEnd(), [...more, "busybox", "sh", "-c", script])

/** A file of the container's cgroup, by its name on cgroups v2 or its path on v1. */
const limit = (two: string, one: string) => `cat /sys/fs/cgroup/${two} 2>/dev/null || cat /sys/fs/cgroup/${one}`

const namespaceOf = (kind: string) => readlinkSync(`/proc/self/ns/${kind}`)

layer(TestEngine.layer(), { excludeTestServices: true, timeout: "3 minutes" })("options of docker run", (it) => {
  it.effect("-e and --env-file set variables, also from the client's own", () =>
    Effect.gen(function*() {
      const file = join(yield* tempDirectory(), "env")
      writeFileSync(file, "# not this\nB=from file\nC=lost\n")
      const text = yield* output("run --rm -e A=1 -e MINE -e C=won --env-file", [file, "busybox", "sh", "-c", "echo $A,$MINE,$B,$C,$PATH,$HOME"],
        { env: { MINE: "own" } })
      assert.strictEqual(text, "1,own,from file,won,/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin,/root")
    }))

  it.effect("-w sets the working directory and makes it if need be", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("-w /new/place", "pwd; touch file; ls"), "/new/place\nfile")
      assert.include((yield* docker("run --rm -w place busybox true")).stderr,
        "the working directory 'place' is invalid, it needs to be an absolute path")
    }))

  it.effect("-u sets the user by name or number, --group-add more groups", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("-u alice", "id; echo $HOME"),
        "uid=1000(alice) gid=1000(alice) groups=10(wheel),1000(alice),1001(staff)\n/home/alice")
      assert.strictEqual(yield* printed("-u 1001:33 --group-add staff --group-add 777", "id -u; id -g; id -G"), "1001\n33\n33 777 1001")
      const unknown = yield* docker("run --rm -u stranger busybox id")
      assert.strictEqual(unknown.code, 125)
      assert.include(unknown.stderr, "unable to find user stranger: no matching entries in passwd file")
    }))

  it.effect("--hostname and --domainname name the container", () =>
    Effect.gen(function*() {
      const text = yield* printed("--hostname box --domainname example.test", "hostname; cat /proc/sys/kernel/domainname /etc/hostname; grep box /etc/hosts")
      assert.match(text, /^box\nexample\.test\nbox\n\S+\s+box\.example\.test box$/)
    }))

  it.effect("--init runs the command under an init that gathers orphans", () =>
    Effect.gen(function*() {
      assert.match(yield* printed("--init", "cat /proc/1/cmdline | tr '\\0' ' '"), /^\/sbin\/docker-init -- sh -c/)
    }))

  it.effect("--read-only leaves nothing to write but mounts, such as --tmpfs", () =>
    Effect.gen(function*() {
      const text = yield* printed("--read-only --tmpfs /scratch:size=1m,mode=1770", "touch /file 2>&1; touch /scratch/file && grep -c ' /scratch tmpfs .*size=1024k' /proc/mounts; stat -c %a /scratch")
      assert.strictEqual(text, "touch: /file: Read-only file system\n1\n1770")
    }))

  it.effect("-v binds a directory of the host, for writing or reading", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory()
      writeFileSync(join(directory, "there"), "content")
      assert.strictEqual(yield* printed("-v", "cat /data/there; echo new >/data/new", [`${directory}:/data`]), "content")
      assert.strictEqual(readFileSync(join(directory, "new"), "utf8"), "new\n")
      assert.strictEqual(yield* printed("-v", "cat /data/there; touch /data/more 2>&1 || true", [`${directory}:/data:ro`]),
        "contenttouch: /data/more: Read-only file system")
      assert.strictEqual(yield* printed("-v", "cat /file", [`${directory}/there:/file`]), "content")
    }))

  it.effect("-v makes a directory of the host that is not there, --mount refuses", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory()
      assert.strictEqual(yield* printed("-v", "ls -A /data", [`${directory}/made:/data`]), "")
      const refused = yield* docker("run --rm --mount", [`type=bind,source=${directory}/missing,target=/data`, "busybox", "true"])
      assert.strictEqual(refused.code, 125)
      assert.include(refused.stderr, `invalid mount config for type "bind": bind source path does not exist: ${directory}/missing`)
    }))

  it.effect("--mount binds and makes tmpfs", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory()
      mkdirSync(join(directory, "sub"))
      const text = yield* output("run --rm --mount", [`type=bind,source=${directory},target=/data,readonly`,
        "--mount", "type=tmpfs,target=/scratch,tmpfs-size=2m", "busybox", "sh", "-c",
        "ls /data; touch /data/more 2>&1; grep -c ' /scratch tmpfs .*size=2048k' /proc/mounts"])
      assert.strictEqual(text, "sub\ntouch: /data/more: Read-only file system\n1")
    }))

  it.effect("--shm-size, --ulimit and --sysctl set what they say", () =>
    Effect.gen(function*() {
      const text = yield* printed("--shm-size 8m --ulimit nofile=100:200 --sysctl net.core.somaxconn=77",
        "grep -c ' /dev/shm tmpfs .*size=8192k' /proc/mounts; ulimit -Sn; ulimit -Hn; cat /proc/sys/net/core/somaxconn")
      assert.strictEqual(text, "1\n100\n200\n77")
    }))

  it.effect("--cap-add and --cap-drop change the capabilities", () =>
    Effect.gen(function*() {
      const effective = (options: string) => printed(options, "sed -n 's/CapEff:.//p' /proc/self/status")
      assert.strictEqual(yield* effective(""), "00000000a80425fb")
      assert.strictEqual(yield* effective("--cap-drop ALL"), "0000000000000000")
      assert.strictEqual(yield* effective("--cap-drop ALL --cap-add NET_ADMIN"), "0000000000001000")
      assert.strictEqual(yield* effective("--cap-drop CAP_CHOWN"), "00000000a80425fa")
      const wrong = yield* docker("run --rm --cap-add WINGS busybox true")
      assert.strictEqual(wrong.code, 125)
      assert.include(wrong.stderr, "WINGS")
    }))

  it.effect("--privileged gives capabilities, devices and writable kernel settings", () =>
    Effect.gen(function*() {
      const script = "test -e /dev/kmsg && echo devices; mount -t tmpfs none /mnt 2>/dev/null || mount -t tmpfs none /tmp && echo mounts; " +
        "grep -c '^sysfs /sys sysfs rw' /proc/mounts; sed -n 's/Seccomp:.//p' /proc/self/status"
      assert.strictEqual(yield* printed("--privileged", script), "devices\nmounts\n1\n0")
    }))

  it.effect("--device gives a device, with the rights it names", () =>
    Effect.gen(function*() {
      const open = "test -c /dev/messages && (: >/dev/messages) 2>&1 | sed 's/.*: //'"
      assert.strictEqual(yield* printed("--device /dev/kmsg:/dev/messages:w", open), "")
      assert.strictEqual(yield* printed("--device /dev/kmsg:/dev/messages:r", open), "Operation not permitted")
      const missing = yield* docker("run --rm --device /dev/nowhere busybox true")
      assert.include(missing.stderr,
        `error gathering device information while adding custom device "/dev/nowhere": no such file or directory`)
    }))

  it.effect("--security-opt sets no-new-privileges and the seccomp profile", () =>
    Effect.gen(function*() {
      const status = "sed -n 's/^\\(NoNewPrivs\\|Seccomp\\):.//p' /proc/self/status | tr '\\n' ' '"
      assert.strictEqual(yield* printed("", status), "0 2 ")
      assert.strictEqual(yield* printed("--security-opt no-new-privileges", status), "1 2 ")
      assert.strictEqual(yield* printed("--security-opt seccomp=unconfined", status), "0 0 ")
      const profile = join(yield* tempDirectory(), "profile.json")
      writeFileSync(profile, JSON.stringify({
        defaultAction: "SCMP_ACT_ALLOW", syscalls: [{ names: ["mkdir", "mkdirat"], action: "SCMP_ACT_ERRNO" }]
      }))
      assert.strictEqual(yield* printed("--security-opt", "mkdir /tmp/x 2>&1 || true", [`seccomp=${profile}`]),
        "mkdir: can't create directory '/tmp/x': Operation not permitted")
    }))

  it.effect("-m, --cpus and --pids-limit bound the container", () =>
    Effect.gen(function*() {
      const text = yield* printed("-m 64m --cpus 0.5 --pids-limit 33", [
        limit("memory.max", "memory/memory.limit_in_bytes"), limit("cpu.max", "cpu/cpu.cfs_quota_us"), limit("pids.max", "pids/pids.max")
      ].map((line) => `(${line})`).join(";"))
      assert.match(text, /^67108864\n50000( 100000)?\n33$/)
    }))

  it.effect("a container that takes more memory than -m says is killed, and inspect tells", () =>
    Effect.gen(function*() {
      const killed = yield* docker("run --name greedy -m 16m --memory-swap 16m busybox sh -c", ["x=a; while :; do x=$x$x; done"])
      assert.strictEqual(killed.code, 137)
      assert.strictEqual(yield* field("greedy", ".State.OOMKilled"), "true")
    }))

  it.effect("--pid shares the host's processes, or another container's", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("--pid host", "readlink /proc/self/ns/pid"), namespaceOf("pid"))
      yield* output("run -d --name pids busybox sleep 4321")
      assert.match(yield* printed("--pid container:pids", "ps"), /^ *1 root +sleep 4321$/m)
      assert.notStrictEqual(yield* printed("", "readlink /proc/self/ns/pid"), namespaceOf("pid"))
    }))

  it.effect("--ipc shares the host's shared memory, or another container's if it lets", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("--ipc host", "readlink /proc/self/ns/ipc"), namespaceOf("ipc"))
      yield* output("run -d --ipc shareable --name memory busybox sleep 1000")
      yield* output("exec memory touch /dev/shm/file")
      assert.strictEqual(yield* printed("--ipc container:memory", "ls /dev/shm"), "file")
      yield* output("run -d --ipc private --name alone busybox sleep 1000")
      const refused = yield* docker("run --rm --ipc container:alone busybox true")
      assert.strictEqual(refused.code, 125)
      assert.include(refused.stderr, "non-shareable IPC (hint: use IpcMode:shareable for the donor container)")
    }))

  it.effect("--uts host has the host's name", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("--uts host", "readlink /proc/self/ns/uts; hostname"), `${namespaceOf("uts")}\n${hostname()}`)
      assert.strictEqual((yield* docker("run --rm --uts host --hostname other busybox true")).code, 125)
    }))

  it.effect("--network none has the loopback alone, host the host's, container another's", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* printed("--network none", "ls /sys/class/net"), "lo")
      assert.strictEqual(yield* printed("--network host", "readlink /proc/self/ns/net; hostname"), `${namespaceOf("net")}\n${hostname()}`)
      const id = yield* output("run -d --name net busybox sleep 1000")
      const inside = "readlink /proc/self/ns/net; hostname; cat /etc/hosts"
      assert.strictEqual(yield* printed("--network container:net", inside), yield* output("exec net sh -c", [inside]))
      assert.include(yield* output("exec net hostname"), id.slice(0, 12))
      const refused = yield* docker("run --rm --network container:nowhere busybox true")
      assert.strictEqual(refused.code, 125)
      assert.include(refused.stderr, "No such container: nowhere")
    }))

  it.effect("containers on the bridge reach each other", () =>
    Effect.gen(function*() {
      yield* output("run -d --name server busybox httpd -f -p 80 -h /etc")
      const address = yield* field("server", ".NetworkSettings.Networks.bridge.IPAddress")
      assert.strictEqual(yield* printed("", `until wget -qO- http://${address}/group 2>/dev/null; do sleep 0.05; done`), yield* output("exec server cat /etc/group"))
    }))

  it.effect("--add-host, --dns, --dns-search and --dns-option write the container's files", () =>
    Effect.gen(function*() {
      const { gateway } = yield* TestEngine
      const text = yield* printed("--add-host db:10.9.8.7 --add-host up:host-gateway --dns 9.9.9.9 --dns-search example.test --dns-option ndots:3",
        "grep -E '\\s(db|up)$' /etc/hosts | tr '\\t' ' '; grep -v '^#' /etc/resolv.conf")
      assert.deepStrictEqual(text.split("\n").filter((line) => line !== "").toSorted(), [
        "10.9.8.7 db", `${gateway} up`, "nameserver 9.9.9.9", "options ndots:3", "search example.test"
      ].toSorted())
    }))

  it.effect("--entrypoint takes the image's place, --label is kept", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* output("run --rm --entrypoint echo busybox one two"), "one two")
      yield* output("create --name labelled --label a=b --label c busybox true")
      assert.strictEqual(yield* field("labelled", "json .Config.Labels"), `{"a":"b","c":""}`)
    }))

  it.effect("--runtime chooses the OCI runtime", () =>
    Effect.gen(function*() {
      for (const runtime of ["runc", "crun"]) {
        yield* output(`run --name by-${runtime} --runtime ${runtime} busybox true`)
        assert.strictEqual(yield* field(`by-${runtime}`, ".HostConfig.Runtime"), runtime)
      }
    }))

  it.effect("a script runs by its interpreter, and says so if that is not there", () =>
    Effect.gen(function*() {
      const directory = yield* tempDirectory()
      const script = (name: string, first: string) => {
        writeFileSync(join(directory, name), `${first}\necho ran\n`)
        chmodSync(join(directory, name), 0o755)
      }
      script("good", "#!/bin/sh")
      script("bad", "#!/bin/nowhere")
      const run = (name: string) => docker("run --rm -v", [`${directory}:/data`, "busybox", `/data/${name}`])
      assert.deepStrictEqual(ending(yield* run("good")), { code: 0, stdout: "ran\n", stderr: "" })
      const bad = yield* run("bad")
      assert.notStrictEqual(bad.code, 0)
      assert.match(bad.stderr, /no such file or directory/i)
    }))

  it.effect("what is not built is refused in words, not ignored", () =>
    Effect.gen(function*() {
      const refused = yield* docker("create --volumes-from net busybox true")
      assert.strictEqual(refused.code, 1)
      assert.include(refused.stderr, "not implemented")
    }))
})
