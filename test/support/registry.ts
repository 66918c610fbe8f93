import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { startDaemon } from "./daemon.ts"
import { freePort } from "./freePort.ts"
import { rawHttp, type RawResponse } from "./rawHttp.ts"
import { eventually } from "./realTime.ts"
import { stackProgram } from "./stack.ts"
import { type Blob, type Compression, ociImage, type TestImage } from "./testImages.ts"
import { tempDirectory } from "./tempDirectory.ts"

/** A registry on 127.0.0.1, empty at first. */
export interface Registry {
  /** `127.0.0.1:<port>`, the first part of its images' names. */
  readonly host: string
  readonly port: number
  /** Uploads an image as `repository:tag` and gives the digest of its manifest. */
  push(repository: string, tag: string, image: TestImage, compression?: Compression): Effect.Effect<string>
  /** Asks the registry itself, with the credentials if it wants some. */
  request(method: string, path: string): Effect.Effect<RawResponse>
}

/** Who may use a registry that asks: see `startRegistry`. */
export const registryUser = { name: "alice", password: "secret" }

const htpasswd = `${registryUser.name}:$2b$05$abcdefghijklmnopqrstuuOQiyCxlgf/oeuTqixKmWdcYUh4Hjl0a\n`

const configuration = (port: number, directory: string, authenticate: boolean) =>
  JSON.stringify({
    version: "0.1",
    log: { level: "warn" },
    storage: { filesystem: { rootdirectory: join(directory, "blobs") }, delete: { enabled: true } },
    http: { addr: `127.0.0.1:${port}` },
    ...(authenticate ? { auth: { htpasswd: { realm: "test", path: join(directory, "htpasswd") } } } : {})
  })

/** Starts a registry for as long as the scope. With `authenticate` it serves nobody but `registryUser`. */
export const startRegistry = Effect.fn("startRegistry")(function*(options: { readonly authenticate?: boolean } = {}) {
  const directory = yield* tempDirectory("registry")
  const port = yield* freePort
  const authenticate = options.authenticate ?? false
  mkdirSync(join(directory, "blobs"))
  writeFileSync(join(directory, "htpasswd"), htpasswd)
  const file = join(directory, "config.yml")
  writeFileSync(file, configuration(port, directory, authenticate))
  yield* startDaemon(stackProgram("docker-registry"), ["serve", file], { logFile: join(directory, "log") })

  const credentials = Buffer.from(`${registryUser.name}:${registryUser.password}`).toString("base64")
  const ask = (method: string, path: string, headers: Record<string, string> = {}, body?: Uint8Array) =>
    rawHttp(port, method, path, {
      headers: { ...(authenticate ? { Authorization: `Basic ${credentials}` } : {}), ...headers },
      ...(body === undefined ? {} : { body })
    })
  const expect = (status: number) => (response: RawResponse) =>
    response.status === status
      ? Effect.succeed(response)
      : Effect.die(new Error(`the registry answered ${response.status}: ${response.body}`))

  const upload = Effect.fnUntraced(function*(repository: string, { digest, content }: Blob) {
    const { headers } = yield* ask("POST", `/v2/${repository}/blobs/uploads/`).pipe(Effect.flatMap(expect(202)))
    const location = new URL(headers["location"] ?? "", `http://127.0.0.1:${port}`)
    location.searchParams.set("digest", digest)
    yield* ask("PUT", `${location.pathname}${location.search}`, { "Content-Type": "application/octet-stream" }, content)
      .pipe(Effect.flatMap(expect(201)))
  })

  yield* eventually(
    "the registry to answer",
    ask("GET", "/v2/").pipe(
      Effect.map(({ status }) => status === 200 ? status : undefined),
      Effect.catchDefect(() => Effect.succeed(undefined))
    )
  )
  const registry: Registry = {
    host: `127.0.0.1:${port}`,
    port,
    push: Effect.fnUntraced(function*(repository, tag, image, compression) {
      const { config, layers, manifest } = ociImage(image, compression)
      yield* Effect.forEach([config, ...layers], (blob) => upload(repository, blob))
      yield* ask("PUT", `/v2/${repository}/manifests/${tag}`, { "Content-Type": manifest.mediaType }, manifest.content)
        .pipe(Effect.flatMap(expect(201)))
      return manifest.digest
    }),
    request: (method, path) => ask(method, path)
  }
  return registry
})
