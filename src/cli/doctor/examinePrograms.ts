import * as Effect from "effect/Effect"
import * as Result from "effect/Result"
import { programVersion } from "../programVersion.ts"
import { good, lacking, poor } from "./Finding.ts"

interface Program {
  readonly name: string
  readonly needed: boolean
  readonly args?: ReadonlyArray<string>
  /** Oldest version that is known to work. */
  readonly least?: readonly [number, number]
  readonly fix: string
}

const stack = "run npm run setup, or install Debian's package"

const programs: ReadonlyArray<Program> = [
  { name: "containerd", needed: true, least: [1, 7], fix: `${stack} containerd (1.7 or newer)` },
  { name: "containerd-shim-runc-v2", needed: true, args: ["-v"], fix: `${stack} containerd` },
  { name: "runc", needed: true, least: [1, 1], fix: `${stack} runc` },
  { name: "crun", needed: false, least: [1, 20], fix: `${stack} crun: exec takes a third of the time` },
  { name: "netavark", needed: true, least: [1, 14], fix: `${stack} netavark` },
  { name: "aardvark-dns", needed: false, least: [1, 14], fix: `${stack} aardvark-dns: names on networks don't resolve` },
  { name: "nft", needed: false, fix: `${stack} nftables: iptables is slower` },
  { name: "unshare", needed: true, fix: "install Debian's package util-linux" }
]

const isOlder = (version: string, [major, minor]: readonly [number, number]) => {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map((part) => Number.parseInt(part, 10))
  return ownMajor < major || (ownMajor === major && ownMinor < minor)
}

const examine = Effect.fnUntraced(function*({ args, fix, least, name, needed }: Program, searchPath: ReadonlyArray<string>) {
  const worse = needed ? lacking : poor
  const found = yield* Effect.result(programVersion(name, searchPath, args))
  if (Result.isFailure(found)) return worse(name, found.failure, fix)
  const { path, version } = found.success
  if (least !== undefined && isOlder(version, least)) return worse(name, `${version}, ${path}`, fix)
  return good(name, `${version}, ${path}`)
})

/** The programs below the engine: are they there, do they start, are they new enough. */
export const examinePrograms = (searchPath: ReadonlyArray<string>) =>
  Effect.forEach(programs, (program) => examine(program, searchPath), { concurrency: 2 })
