import * as Option from "effect/Option"
import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { PortBinding } from "../../model/HostConfig.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { listShapes } from "../versions/listShapes.ts"
import { shapeIndex } from "../versions/shapeIndex.ts"
import { endpointsOf, portsOf } from "./networkSettings.ts"
import { statusText } from "./statusText.ts"

/** A row's JSON, but for the image's name and the status text, which change while the view does not. */
interface Row {
  readonly upToImage: string
  readonly upToStatus: string
  readonly rest: string
}

const encoded = new WeakMap<ContainerView, Array<Row | undefined>>()

/** One row of the list of containers. `image` is how the container's image is called now. */
export const listRow = (view: ContainerView, image: string, nowNanos: bigint, version: number): string => {
  const index = shapeIndex(listShapes, version)
  const known = encoded.get(view) ?? []
  if (known.length === 0) encoded.set(view, known)
  const row = known[index] ??= encode(view, version)
  return row.upToImage + JSON.stringify(image) + row.upToStatus + JSON.stringify(statusText(view.state, nowNanos)) + row.rest
}

const encode = (view: ContainerView, version: number): Row => {
  const { record, state } = view
  const annotations = record.hostConfig.Annotations
  const host = {
    NetworkMode: record.hostConfig.NetworkMode,
    ...(annotations === null || Object.keys(annotations).length === 0 ? {} : { Annotations: annotations })
  }
  const shaped = listShapes.reduce((host, { adapt, below }) => version < below ? adapt(host) : host, host)
  return {
    upToImage: `${inner({ Id: record.id, Names: [`/${record.name}`] }, "{", ",")}"Image":`,
    upToStatus: inner({
      ImageID: record.imageId,
      Command: [record.path, ...record.args].join(" "),
      Created: createdSeconds(record.created),
      Ports: portRows(portsOf(view)),
      Labels: record.config.Labels ?? {},
      State: state.status
    }, ",", ",\"Status\":"),
    rest: inner({
      HostConfig: shaped,
      NetworkSettings: { Networks: endpointsOf(view) },
      Mounts: record.mounts
    }, ",", "}")
  }
}

/** An object's JSON with other ends than its braces. */
const inner = (value: object, start: string, end: string): string => start + JSON.stringify(value).slice(1, -1) + end

const createdSeconds = (created: string): number =>
  Option.match(Timestamp.parse(created), { onNone: () => 0, onSome: (nanos) => Number(nanos / 1_000_000_000n) })

const portRows = (ports: Readonly<Record<string, ReadonlyArray<PortBinding> | null>>): ReadonlyArray<object> =>
  Object.entries(ports).flatMap(([port, bindings]) => {
    const [number = "", Type = "tcp"] = port.split("/")
    const PrivatePort = Number(number)
    return bindings === null
      ? [{ PrivatePort, Type }]
      : bindings.map(({ HostIp, HostPort }) => ({ IP: HostIp, PrivatePort, PublicPort: Number(HostPort), Type }))
  })
