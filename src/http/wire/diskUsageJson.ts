import type { DiskUsage } from "../../engine/system/System.ts"
import { imageRowShapes, shapeImage } from "../versions/imageShapes.ts"
import { imageRowJson } from "./imageJson.ts"
import { listJson } from "./listJson.ts"

export interface DiskUsageOptions {
  readonly version: number
  readonly nowNanos: bigint
  /** `container`, `image`, `volume`, `build-cache`; none means all. */
  readonly types: ReadonlyArray<string>
  readonly verbose: boolean
}

const firstWithSummaries = 52

/** The body of `/system/df`: what each kind of thing takes up, one by one, and from 1.52 on in sum. */
export const diskUsageJson = (usage: DiskUsage, options: DiskUsageOptions): object => {
  const asks = (type: string) => options.types.length === 0 || options.types.includes(type)
  const images = asks("image") ? usage.images : []
  const containers = asks("container") ? usage.containers : []
  const imageItems = images.map((row) => shapeImage(imageRowShapes, options.version, imageRowJson(row, false)))
  const containerItems = containers.map(({ rootfsBytes, view, writableBytes }): object => ({
    ...JSON.parse(listJson([
      { view, image: view.record.config.Image, size: { rootfsBytes, writableBytes } }
    ], options.nowNanos, options.version).toString())[0]
  }))
  const old = {
    ...(asks("image") ? { LayersSize: usage.layersBytes } : {}),
    Images: asks("image") ? imageItems : null,
    Containers: asks("container") ? containerItems : null,
    Volumes: asks("volume") ? [] : null,
    BuildCache: asks("build-cache") ? [] : null
  }
  if (options.version < firstWithSummaries) return old
  const items = (all: ReadonlyArray<object>) => options.verbose ? { Items: all } : {}
  const summaries = {
    ...(asks("image") ? { ImageUsage: { ...imageSummary(usage), ...items(imageItems) } } : {}),
    ...(asks("container") ? { ContainerUsage: { ...containerSummary(usage), ...items(containerItems) } } : {}),
    ...(asks("volume") ? { VolumeUsage: { ...nothing, ...items([]) } } : {}),
    ...(asks("build-cache") ? { BuildCacheUsage: { ...nothing, ...items([]) } } : {})
  }
  return options.verbose ? summaries : { ...summaries, ...old }
}

const nothing = { ActiveCount: 0, TotalCount: 0, TotalSize: 0, Reclaimable: 0 }

const sum = (sizes: ReadonlyArray<number>): number => sizes.reduce((total, bytes) => total + bytes, 0)

const imageSummary = ({ images, layersBytes }: DiskUsage) => ({
  ActiveCount: images.filter((row) => row.containers > 0).length,
  TotalCount: images.length,
  TotalSize: layersBytes,
  Reclaimable: sum(images.filter((row) => row.containers === 0).map((row) => row.image.sizeBytes - Math.max(row.sharedBytes, 0)))
})

const containerSummary = ({ containers }: DiskUsage) => {
  const idle = containers.filter(({ view: { state: { status } } }) => status !== "running" && status !== "paused")
  return {
    ActiveCount: containers.length - idle.length,
    TotalCount: containers.length,
    TotalSize: sum(containers.map(({ writableBytes }) => writableBytes)),
    Reclaimable: sum(idle.map(({ writableBytes }) => writableBytes))
  }
}
