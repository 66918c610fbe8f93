import type { UpdateBody } from "../wire/UpdateBody.ts"

/** What of an update request clients below a version do not mean, though they may send it. */
export const updateRules: ReadonlyArray<{ readonly below: number; readonly adapt: (body: UpdateBody) => UpdateBody }> = [
  { below: 40, adapt: (body) => ({ ...body, PidsLimit: null }) },
  {
    below: 55,
    adapt: (body) => ({
      ...body,
      BlkioWeightDevice: null,
      BlkioDeviceReadBps: null,
      BlkioDeviceWriteBps: null,
      BlkioDeviceReadIOps: null,
      BlkioDeviceWriteIOps: null
    })
  }
]
