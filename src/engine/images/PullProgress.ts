import type { TransferProgress } from "../../containerd/ImageTransfer.ts"
import { shortId } from "./imageNames.ts"
import type { ProgressRecord } from "./ProgressRecord.ts"

interface Layer {
  readonly digest: string
  stage: "announced" | "downloading" | "downloaded" | "extracting" | "present"
}

/**
 * Turns what containerd tells of a pull into Docker's records. containerd tells of blobs in any order, and nothing of
 * the layers whose snapshots are there already nor of their unpacking: layers are unpacked from the lowest up, each
 * when it is here.
 */
export interface PullProgress {
  /** The layers of the image, the lowest first. */
  announce(digests: ReadonlyArray<string>): ReadonlyArray<ProgressRecord>
  next(progress: TransferProgress): ReadonlyArray<ProgressRecord>
  /** The pull succeeded. */
  finish(): ReadonlyArray<ProgressRecord>
}

export const make = (): PullProgress => {
  const layers = new Map<string, Layer>()

  const about = (digest: string, status: string, progressDetail: ProgressRecord["progressDetail"] = {}): ProgressRecord => ({
    status,
    progressDetail,
    id: shortId(digest)
  })

  const announce = (digests: ReadonlyArray<string>) =>
    digests.flatMap((digest) => {
      if (layers.has(digest)) return []
      layers.set(digest, { digest, stage: "announced" })
      return [about(digest, "Pulling fs layer")]
    })

  const extracting = () => {
    const records: Array<ProgressRecord> = []
    for (const layer of layers.values()) {
      if (layer.stage === "announced" || layer.stage === "downloading") break
      if (layer.stage !== "downloaded") continue
      layer.stage = "extracting"
      records.push(about(layer.digest, "Extracting", { current: 1, units: "s" }))
    }
    return records
  }

  const next = ({ current, event, target, total }: TransferProgress): ReadonlyArray<ProgressRecord> => {
    const digest = target?.digest ?? ""
    const announced = announce([digest])
    const layer = layers.get(digest)
    if (layer === undefined || layer.stage === "downloaded" || layer.stage === "extracting" || layer.stage === "present") {
      return announced
    }
    switch (event) {
      case "downloading":
        layer.stage = "downloading"
        return [...announced, about(digest, "Downloading", { current, total })]
      case "complete":
        layer.stage = "downloaded"
        return [...announced, about(digest, "Download complete"), ...extracting()]
      case "already exists":
        layer.stage = "present"
        return [...announced, about(digest, "Already exists")]
      default:
        return announced
    }
  }

  return {
    announce,
    next: (progress) => progress.name.startsWith("layer-") && progress.target !== undefined ? next(progress) : [],
    finish: () =>
      [...layers.values()].flatMap(({ digest, stage }) => {
        if (stage === "present") return []
        return [about(digest, stage === "announced" ? "Already exists" : "Pull complete")]
      })
  }
}
