type Body = Readonly<Record<string, unknown>>

export interface ImageShape {
  readonly below: number
  readonly adapt: (body: Body) => Body
}

const without = (...names: ReadonlyArray<string>) => (body: Body): Body =>
  Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)))

const virtualSize = (body: Body): Body => ({ ...body, VirtualSize: body.Size })

const isEmptyList = (value: unknown): boolean => Array.isArray(value) && value.length === 0

const unnamed = (row: Body): Body =>
  isEmptyList(row.RepoTags) && isEmptyList(row.RepoDigests)
    ? { ...row, RepoTags: ["<none>:<none>"], RepoDigests: ["<none>@<none>"] }
    : row

/** What clients below a version see of a row of the list of images. */
export const imageRowShapes: ReadonlyArray<ImageShape> = [
  { below: 51, adapt: (row) => ({ ...row, Containers: -1 }) },
  { below: 48, adapt: without("Descriptor") },
  { below: 44, adapt: virtualSize },
  { below: 43, adapt: unnamed }
]

const withConfig = (zeros: Body) => (body: Body): Body => ({
  ...body,
  Config: { ...zeros, ...(typeof body.Config === "object" ? body.Config : {}) }
})

const runZeros = {
  Cmd: null, Entrypoint: null, Env: null, Labels: null, OnBuild: null, User: "", Volumes: null, WorkingDir: ""
}
const containerZeros = {
  AttachStderr: false, AttachStdin: false, AttachStdout: false, Cmd: null, Domainname: "", Entrypoint: null, Env: null,
  Hostname: "", Image: "", Labels: null, OnBuild: null, OpenStdin: false, StdinOnce: false, Tty: false, User: "", Volumes: null,
  WorkingDir: ""
}

/** What clients below a version see of an image's inspect. */
export const imageInspectShapes: ReadonlyArray<ImageShape> = [
  { below: 53, adapt: without("Identity") },
  { below: 52, adapt: withConfig(runZeros) },
  {
    below: 52,
    adapt: (body) => ({
      Parent: "", Comment: "", DockerVersion: "", Author: "", GraphDriver: { Data: null, Name: "overlayfs" }, ...body
    })
  },
  { below: 50, adapt: withConfig(containerZeros) },
  { below: 48, adapt: without("Descriptor") },
  { below: 45, adapt: (body) => ({ ...body, Container: "", ContainerConfig: containerZeros }) },
  { below: 44, adapt: virtualSize },
  { below: 44, adapt: (body) => ({ Created: "0001-01-01T00:00:00Z", ...body }) }
]

export const shapeImage = (shapes: ReadonlyArray<ImageShape>, version: number, body: Body): Body =>
  shapes.reduce((body, { adapt, below }) => version < below ? adapt(body) : body, body)
