import { nanosOf } from "./ExitStatus.ts"
import type { MetricsResponse } from "./generated/tasks_pb.ts"

/** What a shim measured, still encoded: `typeUrl` says as what, cgroup v1's metrics or v2's. */
export interface TaskMetrics {
  readonly atNanos: bigint
  readonly typeUrl: string
  readonly value: Uint8Array
}

/** containerd leaves out a task whose shim does not answer. */
export const toMetrics = (response: MetricsResponse): TaskMetrics | undefined => {
  const metric = response.metrics[0]
  return metric?.data === undefined
    ? undefined
    : { atNanos: nanosOf(metric.timestamp), typeUrl: metric.data.typeUrl, value: metric.data.value }
}
