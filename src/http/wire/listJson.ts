import * as Option from "effect/Option"
import type { ContainerView } from "../../engine/containers/ContainerView.ts"
import type { ContainerSize } from "../../engine/containers/measureContainer.ts"
import type { PortBinding } from "../../model/HostConfig.ts"
import * as Timestamp from "../../model/Timestamp.ts"
import { listShapes } from "../versions/listShapes.ts"
import { shapeIndex } from "../versions/shapeIndex.ts"
import { endpointsOf, portsOf } from "./networkSettings.ts"
import { statusText } from "./statusText.ts"

/**
 * A row's JSON as bytes, but for the image's name and the status text, which change while the view does not. Bytes,
 * since joining them is many times cheaper than joining and encoding texts.
 */
interface Row {
  readonly upToImage: Uint8Array
  readonly upToStatus: Uint8Array
  readonly rest: Uint8Array
}

/** A container, and how its image is called now. */
export interface Listed {
  readonly view: ContainerView
  readonly image: string
  /** If asked for. */
  readonly size?: ContainerSize
}

const encoded = new WeakMap<ContainerView, Array<Row | undefined>>()
const [start, comma, end] = [Buffer.from("["), Buffer.from(","), Buffer.from("]\n")]

/** The list of containers as JSON. Rows of views that did not change are not encoded again. */
export const listJson = (all: ReadonlyArray<Listed>, nowNanos: bigint, version: number): Buffer => {
  const pieces: Array<Uint8Array> = [start]
  const texts = new Map<string, Uint8Array>()
  const textOf = (text: string): Uint8Array => {
    const known = texts.get(text) ?? Buffer.from(JSON.stringify(text))
    texts.set(text, known)
    return known
  }
  for (const { image, size, view } of all) {
    const { rest, upToImage, upToStatus } = rowOf(view, version)
    if (pieces.length > 1) pieces.push(comma)
    pieces.push(upToImage, textOf(image), upToStatus, textOf(statusText(view.state, nowNanos)))
    if (size !== undefined) pieces.push(inner({ SizeRw: size.writableBytes, SizeRootFs: size.rootfsBytes }, ",", ""))
    pieces.push(rest)
  }
  pieces.push(end)
  return Buffer.concat(pieces)
}

const rowOf = (view: ContainerView, version: number): Row => {
  const index = shapeIndex(listShapes, version)
  const known = encoded.get(view) ?? []
  if (known.length === 0) encoded.set(view, known)
  return known[index] ??= encode(view, version)
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
    upToImage: inner({ Id: record.id, Names: [`/${record.name}`] }, "{", ",\"Image\":"),
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
const inner = (value: object, start: string, end: string): Uint8Array =>
  Buffer.from(start + JSON.stringify(value).slice(1, -1) + end)

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
