import { execFileSync } from "node:child_process"
import { createHash } from "node:crypto"
import { readFileSync } from "node:fs"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { stackProgram } from "./stack.ts"
import { tar, type TarEntry } from "./tar.ts"

/** The `config` of an image, in OCI's words. */
export interface ImageConfig {
  readonly User?: string
  readonly ExposedPorts?: Record<string, object>
  readonly Env?: ReadonlyArray<string>
  readonly Entrypoint?: ReadonlyArray<string>
  readonly Cmd?: ReadonlyArray<string>
  readonly Volumes?: Record<string, object>
  readonly WorkingDir?: string
  readonly Labels?: Record<string, string>
  readonly StopSignal?: string
  readonly Healthcheck?: object
}

/** What a test wants in an image. A layer is its entries, `/` being understood; `.wh.name` deletes, as in OCI. */
export interface TestImage {
  readonly tags: ReadonlyArray<string>
  readonly config: ImageConfig
  readonly layers: ReadonlyArray<ReadonlyArray<TarEntry>>
  readonly created?: string
  readonly architecture?: string
  readonly os?: string
}

export type Compression = "none" | "gzip" | "zstd"

/** A blob as registries and OCI archives know it. */
export interface Blob {
  readonly mediaType: string
  readonly digest: string
  readonly size: number
  readonly content: Buffer
}

const directory = (path: string, mode = 0o755): TarEntry => ({ path, type: "directory", mode })

const applets = () =>
  execFileSync(stackProgram("busybox"), ["--list"], { encoding: "utf8" }).split("\n")
    .filter((name) => name !== "" && name !== "busybox")

const memo = <A>(make: () => A) => {
  let made: { readonly value: A } | undefined
  return () => (made ??= { value: make() }).value
}

/** busybox with a link for each applet, and the files that a shell, `id` and `su` look for. */
export const busyboxLayer: () => ReadonlyArray<TarEntry> = memo(() => [
  directory("bin"),
  { path: "bin/busybox", mode: 0o755, content: readFileSync(stackProgram("busybox")) },
  ...applets().map((name): TarEntry => ({ path: `bin/${name}`, type: "symlink", target: "busybox" })),
  directory("dev"),
  directory("etc"),
  {
    path: "etc/passwd",
    content: "root:x:0:0:root:/root:/bin/sh\ndaemon:x:1:1:daemon:/usr/sbin:/bin/false\nwww-data:x:33:33:www-data:/var/www:/bin/false\n" +
      "alice:x:1000:1000:Alice:/home/alice:/bin/sh\nbob:x:1001:1002:Bob:/home/bob:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n"
  },
  {
    path: "etc/group",
    content: "root:x:0:\ndaemon:x:1:\nwheel:x:10:root,alice\nwww-data:x:33:\nalice:x:1000:\nstaff:x:1001:alice,bob\nbob:x:1002:\nnogroup:x:65534:\n"
  },
  { path: "etc/shadow", mode: 0o640, content: "root:*:::::::\n" },
  directory("home"),
  { ...directory("home/alice"), uid: 1000, gid: 1000 },
  { ...directory("home/bob"), uid: 1001, gid: 1002 },
  directory("proc"),
  directory("root", 0o700),
  directory("sys"),
  directory("tmp", 0o1777),
  directory("usr"),
  directory("usr/sbin"),
  directory("var"),
  directory("var/tmp", 0o1777)
])

/** `busybox:latest`: a shell by default, the usual PATH. */
export const busyboxImage: TestImage = {
  tags: ["busybox:latest"],
  config: { Cmd: ["sh"], Env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"] },
  get layers() {
    return [busyboxLayer()]
  }
}

/** busybox with other tags, with `config` over its own, and with more layers on top. */
export const busyboxVariant = (
  tag: string,
  config: ImageConfig = {},
  layers: ReadonlyArray<ReadonlyArray<TarEntry>> = []
): TestImage => ({
  tags: [tag],
  config: { ...busyboxImage.config, ...config },
  layers: [busyboxLayer(), ...layers]
})

/** A whiteout: hides `path` of the layers below. */
export const whiteout = (path: string): TarEntry => ({ path: path.replace(/[^/]+$/, (name) => `.wh.${name}`) })

export const digestOf = (content: Uint8Array) => `sha256:${createHash("sha256").update(content).digest("hex")}`

const tarred = new WeakMap<ReadonlyArray<TarEntry>, Buffer>()
const layerTar = (entries: ReadonlyArray<TarEntry>) => {
  const archive = tarred.get(entries) ?? tar(entries)
  tarred.set(entries, archive)
  return archive
}

/** An image's configuration as stored: its digest is the image's id. */
export const imageConfigJson = (image: TestImage) =>
  Buffer.from(JSON.stringify({
    created: image.created ?? "2024-01-02T03:04:05Z",
    architecture: image.architecture ?? (process.arch === "arm64" ? "arm64" : "amd64"),
    os: image.os ?? "linux",
    config: image.config,
    rootfs: { type: "layers", diff_ids: image.layers.map((layer) => digestOf(layerTar(layer))) },
    history: image.layers.map((_, index) => ({
      created: image.created ?? "2024-01-02T03:04:05Z",
      created_by: `layer ${index}`
    }))
  }))

/** The image's id: what Docker calls `Id`, with its `sha256:`. */
export const imageId = (image: TestImage) => digestOf(imageConfigJson(image))

const compressors: Record<Compression, readonly [suffix: string, (bytes: Buffer) => Buffer]> = {
  none: ["", (bytes) => bytes],
  gzip: ["+gzip", (bytes) => gzipSync(bytes, { level: 1 })],
  zstd: ["+zstd", (bytes) => zstdCompressSync(bytes)]
}

const blob = (mediaType: string, content: Buffer): Blob => ({ mediaType, digest: digestOf(content), size: content.length, content })

const descriptor = ({ mediaType, digest, size }: Blob) => ({ mediaType, digest, size })

const json = (value: unknown) => Buffer.from(JSON.stringify(value))

/** The image as OCI blobs: what a registry keeps. */
export const ociImage = (image: TestImage, compression: Compression = "gzip") => {
  const [suffix, compress] = compressors[compression]
  const config = blob("application/vnd.oci.image.config.v1+json", imageConfigJson(image))
  const layers = image.layers.map((layer) =>
    blob(`application/vnd.oci.image.layer.v1.tar${suffix}`, compress(layerTar(layer))))
  const manifest = blob("application/vnd.oci.image.manifest.v1+json", json({
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: descriptor(config),
    layers: layers.map(descriptor)
  }))
  return { config, layers, manifest }
}

/** `docker.io/library/busybox:latest` for `busybox:latest`. */
export const fullReference = (tag: string) => {
  const [first = ""] = tag.split("/")
  if (tag.includes("/") && /[.:]|^localhost$/.test(first)) return tag
  return `docker.io/${tag.includes("/") ? "" : "library/"}${tag}`
}

/** An OCI image layout as one tar archive, with all the images. */
export const ociArchive = (images: TestImage | ReadonlyArray<TestImage>, compression: Compression = "gzip") => {
  const built = [images].flat().map((image) => ({ image, ...ociImage(image, compression) }))
  const blobs = new Map(built.flatMap(({ config, layers, manifest }) =>
    [config, ...layers, manifest].map((each) => [each.digest, each])))
  const manifests = built.flatMap(({ image, manifest }) =>
    image.tags.map((tag) => ({
      ...descriptor(manifest),
      annotations: {
        "io.containerd.image.name": fullReference(tag),
        "org.opencontainers.image.ref.name": tag.slice(tag.lastIndexOf(":") + 1)
      }
    })))
  return tar([
    { path: "oci-layout", content: json({ imageLayoutVersion: "1.0.0" }) },
    { path: "index.json", content: json({ schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests }) },
    { path: "blobs", type: "directory" },
    { path: "blobs/sha256", type: "directory" },
    ...[...blobs.values()].map(({ digest, content }) => ({ path: `blobs/${digest.replace(":", "/")}`, content }))
  ])
}

/** What `docker save` wrote before it wrote OCI layouts, with all the images. */
export const dockerArchive = (images: TestImage | ReadonlyArray<TestImage>, compression: Compression = "none") => {
  const [, compress] = compressors[compression]
  const entries = new Map<string, TarEntry>()
  const add = (entry: TarEntry) => {
    entries.set(entry.path, entry)
    return entry.path
  }
  const manifest = [images].flat().map((image) => ({
    Config: add({ path: `${imageId(image).slice(7)}.json`, content: imageConfigJson(image) }),
    RepoTags: image.tags,
    Layers: image.layers.map((layer) => {
      const folder = digestOf(layerTar(layer)).slice(7)
      add({ path: folder, type: "directory" })
      return add({ path: `${folder}/layer.tar`, content: compress(layerTar(layer)) })
    })
  }))
  return tar([...entries.values(), { path: "manifest.json", content: json(manifest) }])
}

/** The whole archive compressed, as `docker load` also takes it. */
export const compressed = (archive: Buffer, compression: Compression) => compressors[compression][1](archive)
