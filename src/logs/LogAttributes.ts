/** What is added to each entry as `attrs`. */
export interface LogAttributeOptions {
  readonly labels: ReadonlyArray<string>
  readonly labelsPattern: RegExp | undefined
  readonly env: ReadonlyArray<string>
  readonly envPattern: RegExp | undefined
  readonly tag: string
}

/** What a log may tell of its container. */
export interface LogSubject {
  readonly containerId: string
  /** Without slash. */
  readonly containerName: string
  readonly imageId: string
  readonly imageName: string
  /** Path and arguments, with blanks between. */
  readonly command: string
  readonly daemonName: string
  readonly labels: Readonly<Record<string, string>>
  /** `NAME=value` each. */
  readonly env: ReadonlyArray<string>
}

/** The `attrs` of a container's entries: chosen labels, chosen variables, and the tag. */
export const logAttributes = (options: LogAttributeOptions, subject: LogSubject): Readonly<Record<string, string>> => {
  const attrs: Record<string, string> = {}
  for (const [name, value] of Object.entries(subject.labels)) {
    if (options.labels.includes(name) || options.labelsPattern?.test(name) === true) attrs[name] = value
  }
  for (const variable of subject.env) {
    const at = variable.indexOf("=")
    if (at < 0) continue
    const name = variable.slice(0, at)
    if (options.env.includes(name) || options.envPattern?.test(name) === true) attrs[name] = variable.slice(at + 1)
  }
  const tag = renderTag(options.tag, subject)
  if (tag !== "") attrs["tag"] = tag
  return attrs
}

const shortId = (id: string) => id.replace(/^sha256:/, "").slice(0, 12)

const fields: Readonly<Record<string, (subject: LogSubject) => string>> = {
  ID: (subject) => shortId(subject.containerId),
  FullID: (subject) => subject.containerId,
  Name: (subject) => subject.containerName,
  ImageID: (subject) => shortId(subject.imageId),
  ImageFullID: (subject) => subject.imageId,
  ImageName: (subject) => subject.imageName,
  Command: (subject) => subject.command,
  DaemonName: (subject) => subject.daemonName
}

const place = /\{\{\s*\.(\w+)\s*\}\}/g

/** The fields that a tag asks for; undefined if it asks for something else than fields that there are. */
export const tagFields = (tag: string): ReadonlyArray<string> | undefined => {
  const names = [...tag.matchAll(place)].map((match) => match[1] ?? "")
  const rest = tag.replaceAll(place, "")
  return rest.includes("{{") || names.some((name) => !Object.hasOwn(fields, name)) ? undefined : names
}

const renderTag = (tag: string, subject: LogSubject) =>
  tag.replaceAll(place, (whole, name: string) => fields[name]?.(subject) ?? whole)
