import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { decodeFlags } from "../../../src/cli/engineFlags.ts"
import { checkConfig } from "../../../src/config/checkConfig.ts"
import { decodeFile } from "../../../src/config/decodeFile.ts"
import { mergeSources } from "../../../src/config/mergeSources.ts"
import { defaults } from "../../../src/config/UserConfig.ts"

type Flags = Readonly<Record<string, ReadonlyArray<string>>>

const merge = (flags: Flags, file: unknown, environment = {}) =>
  Result.flatMap(decodeFlags(flags), (flags) =>
    Result.flatMap(decodeFile(JSON.stringify(file)), (file) => mergeSources(flags, file, environment)))

const merged = (flags: Flags, file: unknown, environment = {}) => Result.getOrThrow(merge(flags, file, environment))
const refusal = (flags: Flags, file: unknown) => Result.getOrThrow(Result.flip(merge(flags, file))).message
const both = "the following directives are specified both as a flag and in the configuration file: "

describe("flags and file", () => {
  it("give the defaults where neither says anything", () => {
    const { origins, user } = merged({}, {})
    assert.deepStrictEqual(user, defaults)
    assert.deepStrictEqual(new Set(Object.values(origins)), new Set(["default"]))
  })

  it("keep where each value comes from", () => {
    const { origins, user } = merged({ mtu: ["9000"] }, { debug: true, "max-concurrent-downloads": 0 })
    assert.deepStrictEqual([user.mtu, user.debug, user.maxConcurrentDownloads, user.icc], [9000, true, 0, true])
    assert.deepStrictEqual(
      [origins["mtu"], origins["debug"], origins["max-concurrent-downloads"], origins["icc"]],
      ["flag", "file", "file", "default"]
    )
  })

  it("join their runtimes, features and proxies", () => {
    const { origins, user } = merged(
      { "add-runtime": ["Kata=/opt/kata"], feature: ["a=true", "b=false"], "http-proxy": ["http://p"] },
      { runtimes: { youki: { path: "/opt/youki" } }, features: { c: true }, proxies: { "no-proxy": "*.local" } }
    )
    assert.deepStrictEqual(user.runtimes, { youki: { path: "/opt/youki" }, kata: { path: "/opt/kata" } })
    assert.deepStrictEqual(user.features, { c: true, a: true, b: false })
    assert.deepStrictEqual(user.proxies, { "http-proxy": "http://p", "no-proxy": "*.local" })
    assert.deepStrictEqual([origins["runtimes.kata"], origins["runtimes.youki"]], ["flag", "file"])
  })

  it("clash over one key, in Docker's words", () => {
    assert.strictEqual(
      refusal({ debug: ["true"], label: ["a=1", "b=2"] }, { debug: false, labels: ["c=3"] }),
      `${both}debug: (from flag: true, from file: false), labels: (from flag: [a=1 b=2], from file: [c=3])`
    )
    assert.strictEqual(
      refusal({ "log-opt": ["max-size=1m"] }, { "log-opts": { "max-file": "3" } }),
      `${both}log-opts: (from flag: map[max-size:1m], from file: map[max-file:3])`
    )
  })

  it("clash over one runtime or one proxy only, and keep passwords to themselves", () => {
    assert.strictEqual(
      refusal({ "add-runtime": ["x=/a"] }, { runtimes: { x: { path: "/b" } } }),
      `${both}runtimes.x: (from flag: map[path:/a], from file: map[path:/b])`
    )
    assert.strictEqual(
      refusal({ "http-proxy": ["http://me:secret@a"] }, { proxies: { "http-proxy": "http://you:secret@b:1" } }),
      `${both}proxies.http-proxy: (from flag: http://xxxxx:xxxxx@a, from file: http://xxxxx:xxxxx@b:1)`
    )
  })

  it("outdo the environment", () => {
    const environment = { minApiVersion: "1.44" }
    const alone = merged({}, {}, environment)
    assert.deepStrictEqual([alone.user.minApiVersion, alone.origins["min-api-version"]], ["1.44", "environment"])
    assert.strictEqual(merged({}, { "min-api-version": "1.30" }, environment).user.minApiVersion, "1.30")
  })

  it("give a value that nobody can change", () => {
    const { user } = merged({}, { labels: ["a=1"], runtimes: { x: { path: "/x" } } })
    assert.isTrue(Object.isFrozen(user) && Object.isFrozen(user.labels) && Object.isFrozen(user.runtimes["x"]))
  })
})

describe("a flag", () => {
  const settings = (flags: Flags) => Result.getOrThrow(decodeFlags(flags)).settings
  const refused = (flags: Flags) => Result.getOrThrow(Result.flip(decodeFlags(flags))).message

  it("means what the key of the file means", () => {
    assert.deepStrictEqual(
      settings({
        host: ["unix:///a", "unix:///b"], "default-ulimit": ["nofile=1024:2048", "core=-1"], "default-shm-size": ["1g"],
        "default-address-pool": ["base=10.0.0.0/8,size=24"], "default-network-opt": ["bridge=a=b", "bridge=c=d=e"],
        "log-opt": ["tag={{.Name}}=x"], "host-gateway-ip": ["10.0.0.1"], debug: ["false"]
      }),
      {
        hosts: ["unix:///a", "unix:///b"],
        defaultUlimits: {
          nofile: { Name: "nofile", Soft: 1024, Hard: 2048 }, core: { Name: "core", Soft: -1, Hard: -1 }
        },
        defaultShmSizeBytes: 1073741824,
        defaultAddressPools: [{ base: "10.0.0.0/8", size: 24 }],
        defaultNetworkOpts: { bridge: { a: "b", c: "d=e" } },
        logOpts: { tag: "{{.Name}}=x" },
        hostGatewayIps: ["10.0.0.1"],
        debug: false
      }
    )
  })

  it("is refused in Docker's words", () => {
    assert.strictEqual(refused({ "add-runtime": ["x"] }), "invalid runtime argument: x")
    assert.strictEqual(refused({ "add-runtime": ["x=/a", "X=/b"] }), "runtime 'x' was already defined")
    assert.match(refused({ mtu: ["many"] }), /^invalid argument "many" for "--mtu" flag: /)
    assert.match(refused({ "authorization-plugin": ["p"] }), /^authorization-plugins: /)
  })
})

describe("a value is refused", () => {
  const cases: ReadonlyArray<readonly [unknown, string]> = [
    [{ "log-level": "loud" }, "invalid logging level: loud"],
    [{ "log-format": "xml" }, "invalid log format: xml"],
    [{ mtu: -1 }, "invalid default MTU: -1"],
    [{ "max-concurrent-downloads": -1 }, "invalid max concurrent downloads: -1"],
    [{ "max-concurrent-uploads": -2 }, "invalid max concurrent uploads: -2"],
    [{ "max-download-attempts": -1 }, "invalid max download attempts: -1"],
    [{ "default-stop-timeout": -2 }, "invalid default stop timeout: -2"],
    [{ "default-ipc-mode": "host" }, `IPC mode "host" is not supported as default value; use "shareable" or "private"`],
    [{ "default-cgroupns-mode": "x" }, `invalid default cgroup namespace (x): use "host" or "private"`],
    [{ "exec-opts": ["x"] }, "invalid exec-opt (x): must be formatted 'opt=value'"],
    [{ "min-api-version": "1.23" }, "minimum supported API version is 1.24: 1.23"],
    [{ "min-api-version": "1.99" }, "maximum supported API version is 1.55: 1.99"],
    [{ "min-api-version": "2.0" }, "maximum supported API version is 1.55: 2.0"],
    [{ "min-api-version": "v1.40" }, `API version must be provided without "v" prefix`],
    [{ labels: ["k=v1", "k=v2"] }, "conflict labels for k=v2 and k=v1"],
    [{ labels: ["=v"] }, "invalid label '=v': empty name"],
    [{ dns: ["1.2.3.400"] }, "IP address is not correctly formatted: 1.2.3.400"],
    [{ bip: "10.0.0.1" }, "invalid CIDR address: 10.0.0.1"],
    [{ bridge: "br0", bip: "10.0.0.1/24" }, "You specified -b & --bip, mutually exclusive options. Please specify only one"],
    [{ "registry-mirrors": ["ftp://x"] }, `invalid mirror: unsupported scheme "ftp" in "ftp://x"`],
    [{ "registry-mirrors": ["https://me:secret@x/"] }, `invalid mirror: username/password not allowed in URI "https://xxxxx:xxxxx@x/"`],
    [{ "insecure-registries": ["ftp://x"] }, "insecure registry ftp://x should not contain '://'"],
    [{ hosts: ["tcp://0.0.0.0:2375"] }, "invalid bind address (tcp://0.0.0.0:2375): only unix:// with an absolute path is supported"],
    [{ "firewall-backend": "pf" }, `invalid firewall-backend "pf"`]
  ]
  for (const [file, message] of cases) {
    it(message.slice(0, 80), () =>
      assert.strictEqual(Result.getOrThrow(Result.flip(checkConfig(merged({}, file).user))).message, message))
  }

  const valid: ReadonlyArray<unknown> = [
    {}, { labels: ["a=1", "a=1", "b"] }, { "max-concurrent-downloads": 0 }, { mtu: 0 }, { dns: ["8.8.8.8", "2001:db8::1"] },
    { "log-driver": "json-file", "log-opts": { "max-size": "10m", "max-file": "3" } }, { "min-api-version": "1.55" },
    { "insecure-registries": ["10.0.0.0/8", "registry.local:5000", "http://x", "[::1]:5000"] },
    { "registry-mirrors": ["https://mirror.gcr.io", "http://127.0.0.1:5000/"] }, { bip: "172.26.0.1/16", bip6: "fd00::1/64" },
    { "exec-opts": ["native.cgroupdriver=systemd"] }, { "shutdown-timeout": -1 }, { bridge: "none" },
    { "default-ulimits": { nofile: { Name: "nofile", Hard: 64000, Soft: 64000 } } }, { "storage-driver": "overlay2" },
    { "dns-search": ["example.com", "."], "dns-opts": ["ndots:2"] }, { "live-restore": true, "userland-proxy": false },
    { features: { buildkit: true } }, { "data-root": "/mnt/d", "exec-root": "/run/d", hosts: ["unix:///run/d.sock"] },
    { "default-shm-size": "64M", "default-ipc-mode": "shareable", "default-cgroupns-mode": "private" }
  ]
  it(`but not in these ${valid.length} files`, () => {
    for (const file of valid) assert.isTrue(Result.isSuccess(checkConfig(merged({}, file).user)), JSON.stringify(file))
  })
})
