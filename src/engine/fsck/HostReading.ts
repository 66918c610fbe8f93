import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { HostFacts } from "../../host/HostFacts.ts"
import { parseMountinfo } from "../../host/mountinfo.ts"
import { AttachmentRecord } from "../../network/Attachment.ts"
import type { FsckTarget } from "./FsckTarget.ts"

/** What of an engine there is on the host. */
export interface HostReading {
  /** Below `io`: each container's directories of runs and execs. */
  readonly io: ReadonlyMap<string, ReadonlyArray<string>>
  readonly namespaces: ReadonlyArray<string>
  readonly attachments: ReadonlyArray<AttachmentRecord>
  /** Attachment files that make no sense. */
  readonly unreadable: ReadonlyArray<string>
  /** The host's ends of veths on our bridges. */
  readonly veths: ReadonlyArray<string>
  /** Mount points below our directories, the pinned namespaces left out. */
  readonly mounts: ReadonlyArray<string>
  /** Ids that a cgroup of ours is called by, whoever's they are. */
  readonly cgroups: ReadonlySet<string>
  /** The shims of our namespace and containerd, by the id that they serve. */
  readonly shims: ReadonlyMap<string, number>
  /** Directories that are kept for containers. */
  readonly directories: ReadonlyArray<string>
  /** Files that were about to become others. */
  readonly drafts: ReadonlyArray<string>
}

export const readHost = Effect.fn("fsck.readHost")(function*(target: FsckTarget) {
  const { dataRoot, execRoot } = target
  const ids = yield* entries(`${execRoot}/io`)
  const io = yield* Effect.forEach(ids, (id) => Effect.map(entries(`${execRoot}/io/${id}`), (names) => [id, names] as const))
  const { attachments, unreadable } = yield* readAttachments(`${execRoot}/attachments`)
  const directories = yield* entries(`${dataRoot}/containers`)
  return {
    io: new Map(io),
    namespaces: (yield* entries(`${execRoot}/netns`)).map((name) => `${execRoot}/netns/${name}`),
    attachments,
    unreadable,
    veths: yield* readVeths(target, attachments),
    mounts: yield* readMounts(target),
    cgroups: yield* readCgroups,
    shims: yield* readShims(target),
    directories,
    drafts: (yield* Effect.forEach(
      [`${execRoot}/attachments`, `${dataRoot}/runtimes`, ...directories.map((id) => `${dataRoot}/containers/${id}`)],
      draftsIn
    )).flat()
  } satisfies HostReading as HostReading
})

/** Nothing where there is no directory. */
const entries = (directory: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.readDirectory(directory), (): Array<string> => []))

const readText = (path: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => Effect.orElseSucceed(fs.readFileString(path), () => ""))

const draftsIn = (directory: string) =>
  Effect.map(entries(directory), (names) =>
    names.filter((name) => /^draft-|\.(draft|tmp)$/.test(name)).map((name) => `${directory}/${name}`))

const decodeAttachment = Schema.decodeUnknownEffect(Schema.fromJsonString(AttachmentRecord))

const readAttachments = Effect.fnUntraced(function*(directory: string) {
  const files = (yield* entries(directory)).filter((name) => name.endsWith(".json")).map((name) => `${directory}/${name}`)
  const read = yield* Effect.forEach(files, (file) =>
    Effect.map(Effect.result(Effect.flatMap(readText(file), decodeAttachment)), (record) => ({ file, record })))
  return {
    attachments: read.flatMap(({ record }) => Result.isSuccess(record) ? [record.success] : []),
    unreadable: read.flatMap(({ file, record }) => Result.isFailure(record) ? [file] : [])
  }
})

const readVeths = Effect.fnUntraced(function*(target: FsckTarget, attachments: ReadonlyArray<AttachmentRecord>) {
  const bridges = new Set(attachments.flatMap(({ request }) =>
    Object.values(request?.network_info ?? {}).map((network) => network.network_interface)))
  return (yield* Effect.forEach(bridges.add(target.bridge), (bridge) => entries(`/sys/class/net/${bridge}/brif`))).flat()
})

const readMounts = Effect.fnUntraced(function*({ dataRoot, execRoot }: FsckTarget) {
  const below = (directory: string, path: string) => path.startsWith(`${directory}/`)
  return parseMountinfo(yield* readText("/proc/self/mountinfo")).map(({ mountPoint }) => mountPoint)
    .filter((path) => (below(dataRoot, path) || below(execRoot, path)) && !below(`${execRoot}/netns`, path))
})

const readCgroups = Effect.gen(function*() {
  const { cgroups } = yield* HostFacts
  const trees = new Set([...cgroups.mounts.values(), ...cgroups.unified === undefined ? [] : [cgroups.unified]])
  const names = yield* Effect.forEach(trees, (tree) => entries(`${tree}/gantry`))
  return new Set(names.flat().filter((name) => /^[0-9a-f]{64}$/.test(name)))
})

const readShims = Effect.fnUntraced(function*({ address, namespace }: FsckTarget) {
  const pids = (yield* entries("/proc")).filter((name) => /^\d+$/.test(name))
  const shims = yield* Effect.forEach(pids, (pid) =>
    Effect.map(readText(`/proc/${pid}/cmdline`), (text) => {
      const [program = "", ...args] = text.split("\0")
      const option = (name: string) => args[args.indexOf(name) + 1]
      return /containerd-shim[^/]*$/.test(program) && option("-namespace") === namespace && option("-address") === address
        ? [[option("-id") ?? "", Number(pid)] as const]
        : []
    }))
  return new Map(shims.flat())
})
