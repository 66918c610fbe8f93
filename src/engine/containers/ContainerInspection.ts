import type { Platform } from "../../model/Platform.ts"
import type { Descriptor } from "../images/ImageView.ts"
import type { ContainerView } from "./ContainerView.ts"

/** A container with what is told of its surroundings; all of it stays the same as long as the view does. */
export interface ContainerInspection {
  readonly view: ContainerView
  /** What is mounted over its own files, on the host; absent before the first start. */
  readonly files: { readonly hostname: string; readonly hosts: string; readonly resolvConf: string } | undefined
  /** Its network namespace while it runs, unless that is another's. */
  readonly sandbox: { readonly id: string; readonly path: string } | undefined
  /** What it was made from; absent when the image is here no more. */
  readonly manifest: Descriptor & { readonly platform: Platform } | undefined
}
