/** Which engine is audited: where it keeps its things. */
export interface FsckTarget {
  readonly dataRoot: string
  readonly execRoot: string
  readonly namespace: string
  /** containerd's socket. */
  readonly address: string
  /** The snapshotter of containers to come; older ones may have another. */
  readonly snapshotter: string
  /** The default bridge. */
  readonly bridge: string
}
