import * as Context from "effect/Context"

/** How many operations a meter remembers by name; the counts go on. */
const callsMax = 1000

/** Counts the calls made to containerd under it. Calls that stay open, such as `Tasks/Wait`, count apart as `held`. */
export interface RpcMeter {
  count: number
  held: number
  /** The counted operations in order, such as `Tasks/Create`. */
  readonly calls: Array<string>
}

export const make = (): RpcMeter => ({ count: 0, held: 0, calls: [] })

export const note = (meter: RpcMeter, operation: string, held: boolean): void => {
  if (held) {
    meter.held++
    return
  }
  meter.count++
  if (meter.calls.length < callsMax) meter.calls.push(operation)
}

/** The meter of the unit of work at hand. Provide one per request; without one the process's own counts. */
export const RpcMeter = Context.Reference<RpcMeter>("gantry/containerd/RpcMeter", { defaultValue: make })
