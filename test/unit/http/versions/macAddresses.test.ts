import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { adaptCreate, type CreateDraft, zeroEndpoint } from "../../../../src/http/versions/CreateDraft.ts"
import { createRules } from "../../../../src/http/versions/createRules.ts"
import { ContainerConfig } from "../../../../src/model/ContainerConfig.ts"
import { HostConfig } from "../../../../src/model/HostConfig.ts"

const M = "02:42:ac:11:00:42"
const N = "02:42:ac:11:00:43"
const deprecated = "The container-wide MacAddress field is now deprecated. It should be specified in EndpointsConfig instead."
const mismatch =
  "the container-wide MAC address must match the endpoint-specific MAC address for the main network, or be left empty"
const unmigrated = "unable to migrate container-wide MAC address to a specific network: HostConfig.NetworkMode must match " +
  "the identity of a network in NetworkSettings.Networks"
const gone = "container-wide MAC address no longer supported; use endpoint-specific MAC address instead"

const draft = (mode: string, endpoints: Readonly<Record<string, string>>, containerMac: string): CreateDraft => ({
  config: Schema.decodeSync(ContainerConfig)({}),
  hostConfig: { ...Schema.decodeSync(HostConfig)({}), NetworkMode: mode },
  endpoints: Object.fromEntries(Object.entries(endpoints).map(([name, MacAddress]) => [name, { ...zeroEndpoint, MacAddress }])),
  containerMac,
  warnings: []
})

type Outcome = string | { readonly macs: Readonly<Record<string, string>>; readonly warnings?: ReadonlyArray<string> }

const vectors: ReadonlyArray<readonly [version: number, mode: string, endpoints: Record<string, string>, wide: string, Outcome]> = [
  [43, "bridge", {}, M, { macs: { bridge: M } }],
  [43, "", { default: "" }, M, { macs: { bridge: M } }],
  [43, "0123456789ab", { net: "" }, M, { macs: { net: M } }],
  [43, "net", { net: N }, "", { macs: { net: "" } }],
  [43, "net", { net: N }, M, { macs: { net: M } }],
  [43, "host", {}, M, "conflicting options: mac-address and the network mode"],
  [43, "none", {}, M, "conflicting options: mac-address and the network mode"],
  [43, "container:x", {}, M, "conflicting options: mac-address and the network mode"],
  [43, "net", { a: "", b: "" }, M, "Container cannot be created with multiple network endpoints: a, b"],
  [44, "net", {}, M, { macs: { net: M }, warnings: [deprecated] }],
  [44, "net", { net: "" }, M, { macs: { net: M }, warnings: [deprecated] }],
  [44, "net", { net: M }, M, { macs: { net: M }, warnings: [deprecated] }],
  [44, "net", { net: N }, M, mismatch],
  [44, "0123456789ab", { net: "" }, M, unmigrated],
  [44, "host", {}, M, { macs: {}, warnings: [deprecated] }],
  [51, "net", { net: M, b: N }, "", { macs: { net: M, b: N } }],
  [51, "", { default: M }, "", { macs: { bridge: M } }],
  [52, "net", {}, M, gone],
  [55, "net", {}, M, gone],
  [52, "net", {}, "", { macs: {} }],
  [44, "net", { net: "zz" }, "", "invalid JSON: address zz: invalid MAC address"],
  [43, "net", {}, "zz", "invalid JSON: address zz: invalid MAC address"],
  [51, "net", {}, "zz", "invalid JSON: address zz: invalid MAC address"],
  [55, "net", { net: "02:42:ac:11:00:42:00:01" }, "", "invalid MAC address: must be 6 bytes"],
  [55, "net", { net: "01:00:5e:00:00:01" }, "", "invalid MAC address: must be a unicast address"],
  [44, "net", { net: "00:00:00:00:00:00" }, "", "invalid MAC address: must be a unicast address"],
  [44, "net", { net: "02-42-AC-11-00-42" }, "", { macs: { net: M } }],
  [55, "net", { net: "0242.ac11.0042" }, "", { macs: { net: M } }],
  [44, "host", { host: M }, "", { macs: { host: "" }, warnings: [`The MAC address has no effect with network mode "host".`] }],
  [43, "net", { net: "" }, "", { macs: { net: "" } }]
]

describe("MAC addresses at create", () => {
  it.each(vectors)("API 1.%i, mode %j, endpoints %j, container-wide %j", (version, mode, endpoints, wide, expected) => {
    const adapted = adaptCreate(createRules, version, draft(mode, endpoints, wide))
    const outcome = typeof adapted === "string" ? adapted : {
      macs: Object.fromEntries(Object.entries(adapted.endpoints).map(([name, endpoint]) => [name, endpoint.MacAddress])),
      warnings: adapted.warnings
    }
    assert.deepStrictEqual(outcome, typeof expected === "string" ? expected : { warnings: [], ...expected })
  })
})
