import * as Effect from "effect/Effect"
import { HostFacts } from "../../host/HostFacts.ts"
import type { ContainerRecord } from "../../model/ContainerRecord.ts"

/** What a container's log may say of it. */
export const logSubject = (record: ContainerRecord) =>
  Effect.map(HostFacts, (host) => ({
    containerId: record.id,
    containerName: record.name,
    imageId: record.imageId,
    imageName: record.config.Image,
    command: [record.path, ...record.args].join(" "),
    daemonName: host.hostname,
    labels: record.config.Labels ?? {},
    env: record.config.Env ?? []
  }))
