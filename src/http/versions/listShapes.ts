interface HostPart {
  readonly NetworkMode: string
  readonly Annotations?: Readonly<Record<string, string>>
}

/** What clients below a version see of a row's `HostConfig`. */
export const listShapes: ReadonlyArray<{ readonly below: number; readonly adapt: (host: HostPart) => HostPart }> = [
  { below: 46, adapt: ({ NetworkMode }) => ({ NetworkMode }) }
]
