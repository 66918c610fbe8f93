import * as Effect from "effect/Effect"
import type { HostDevice } from "../../../host/HostDevices.ts"
import { invalid, type InvalidHostConfig } from "./InvalidHostConfig.ts"
import type { OciDevice, OciDeviceRule } from "./OciSpec.ts"
import type { SpecInput } from "./SpecInput.ts"

const character = (major: number, minor: number, allow = true): OciDeviceRule =>
  ({ allow, type: "c", major, minor, access: "rwm" })

/** Nothing but null, zero, full's kin and the terminals; the runtime adds those that it makes itself. */
const defaultRules: ReadonlyArray<OciDeviceRule> = [
  { allow: false, access: "rwm" },
  character(1, 3), character(1, 5), character(1, 8), character(1, 9), character(5, 0), character(5, 1),
  character(10, 229, false)
]

const ruleForm = /^([acb]) ([0-9]+|\*):([0-9]+|\*) ([rwm]{1,3})$/

/** Why a list of `DeviceCgroupRules` is refused. */
export const refuseDeviceRules = (rules: ReadonlyArray<string> | null): string | undefined => {
  const wrong = (rules ?? []).find((rule) => !ruleForm.test(rule))
  return wrong === undefined ? undefined : `invalid device cgroup rule format: '${wrong}'`
}

/** The nodes that a container finds in its `/dev`, and which devices it may use at all. */
export const devices = Effect.fnUntraced(function*(
  { devices: found, record: { hostConfig } }: Pick<SpecInput, "devices" | "record">
): Effect.fn.Return<
  { readonly devices: ReadonlyArray<OciDevice>; readonly rules: ReadonlyArray<OciDeviceRule> },
  InvalidHostConfig
> {
  const [request] = hostConfig.DeviceRequests ?? []
  if (request !== undefined) {
    const wanted = (request.Capabilities ?? []).map((all) => `[${all.join(" ")}]`).join(" ")
    return yield* invalid(`could not select device driver ${JSON.stringify(request.Driver)} with capabilities: [${wanted}]`)
  }
  const nodes = found.map(node)
  if (hostConfig.Privileged) return { devices: nodes, rules: [{ allow: true, access: "rwm" }] }
  const wrong = refuseDeviceRules(hostConfig.DeviceCgroupRules)
  if (wrong !== undefined) return yield* invalid(wrong)
  return {
    devices: nodes,
    rules: [...defaultRules, ...found.map(ruleOf), ...(hostConfig.DeviceCgroupRules ?? []).flatMap(parseRule)]
  }
})

const node = ({ fileMode, gid, major, minor, path, type, uid }: HostDevice): OciDevice =>
  ({ path, type, major, minor, fileMode, uid, gid })

const ruleOf = ({ access, major, minor, type }: HostDevice): OciDeviceRule => ({ allow: true, type, major, minor, access })

const number = (text: string): number | undefined => text === "*" ? undefined : Number(text)

const parseRule = (rule: string): ReadonlyArray<OciDeviceRule> => {
  const [, type, majorText = "*", minorText = "*", access = "rwm"] = ruleForm.exec(rule) ?? []
  if (type !== "a" && type !== "b" && type !== "c") return []
  const major = number(majorText)
  const minor = number(minorText)
  return [{
    allow: true,
    type,
    ...(major === undefined ? {} : { major }),
    ...(minor === undefined ? {} : { minor }),
    access
  }]
}
