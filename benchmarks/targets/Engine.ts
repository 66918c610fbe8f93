import { Effect, Schema, type Scope } from "effect"
import { type HttpClient, httpClient, RequestFailed } from "../client/HttpClient.ts"

/** Anything that speaks Docker's API on a unix socket. */
export interface Engine {
  readonly name: string
  readonly client: HttpClient
  /** Its own process, if it could be found. */
  readonly pid: number | undefined
}

/** What a container of a scenario is made from. */
export interface ContainerOptions {
  readonly command: ReadonlyArray<string>
  /** "none" if not given. */
  readonly network?: string
  /** The engine's default if not given. */
  readonly runtime?: string
}

/** Every target gets this image, and nothing else is used of what it has. */
export const imageTag = "gantry-benchmark:latest"

const Created = Schema.fromJsonString(Schema.Struct({ Id: Schema.String }))
const decodeCreated = Schema.decodeUnknownEffect(Created)

/** The `Id` of an answer. */
export const idIn = (request: string, body: Buffer) =>
  Effect.mapError(decodeCreated(body.toString()), ({ message }) => new RequestFailed({ request, message })).pipe(
    Effect.map(({ Id }) => Id)
  )

export const openEngine = (options: {
  readonly name: string
  readonly socketPath: string
  readonly pid: number | undefined
}): Effect.Effect<Engine, never, Scope.Scope> =>
  Effect.map(httpClient(options.socketPath), (client) => ({ name: options.name, client, pid: options.pid }))

export const createBody = ({ command, network = "none", runtime }: ContainerOptions) => ({
  Image: imageTag,
  Cmd: command,
  HostConfig: { NetworkMode: network, ...(runtime === undefined ? {} : { Runtime: runtime }) }
})

/** Gives the new container's id. */
export const create = ({ client }: Engine, options: ContainerOptions) =>
  Effect.flatMap(
    client.request("POST", "/containers/create", { body: createBody(options) }),
    ({ body }) => idIn("POST /containers/create", body)
  )

export const start = ({ client }: Engine, id: string) => client.request("POST", `/containers/${id}/start`)

/** Waits for the exit of a container that runs. */
export const wait = ({ client }: Engine, id: string) => client.request("POST", `/containers/${id}/wait`)

export const stop = ({ client }: Engine, id: string) => client.request("POST", `/containers/${id}/stop?t=10`)

export const remove = ({ client }: Engine, id: string, options: { readonly force?: boolean } = {}) =>
  client.request("DELETE", `/containers/${id}?v=1${options.force === true ? "&force=1" : ""}`)

/** A container that is taken away with the scope, if the scenario has not done so itself. */
export const container = (engine: Engine, options: ContainerOptions): Effect.Effect<string, RequestFailed, Scope.Scope> =>
  Effect.acquireRelease(create(engine, options), (id) => Effect.ignore(remove(engine, id, { force: true })))

/** As `container`, running. */
export const runningContainer = (engine: Engine, options: ContainerOptions) =>
  Effect.tap(container(engine, options), (id) => start(engine, id))

/** Gives the new exec's id. */
export const createExec = ({ client }: Engine, id: string, command: ReadonlyArray<string>) =>
  Effect.flatMap(
    client.request("POST", `/containers/${id}/exec`, { body: { Cmd: command, AttachStdout: true, AttachStderr: true } }),
    ({ body }) => idIn("POST /containers/{id}/exec", body)
  )

/** Starts an exec and reads it to its end. */
export const runExec = ({ client }: Engine, execId: string) =>
  client.hijack(`/exec/${execId}/start`, { Detach: false, Tty: false })

export const inspectExec = ({ client }: Engine, execId: string) => client.request("GET", `/exec/${execId}/json`)
