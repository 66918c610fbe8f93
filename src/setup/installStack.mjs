import { chmodSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { command } from "./command.mjs"
import { fetchPackages, sha256 } from "./debianPackages.mjs"
import { say } from "./say.mjs"
import { dataFiles, libraryPackages, loader, packagesFor, programs, suites, triplet } from "./stackRecipe.mjs"

const recipe = sha256(JSON.stringify([programs, dataFiles, suites.map(libraryPackages)]))

const readLock = (prefix) => {
  const file = join(prefix, "lock.json")
  return existsSync(file) ? JSON.parse(readFileSync(file, "utf8")) : { parts: [], packages: [] }
}

/** Copies to a draft beside the place and renames: a running program keeps the file it has, a starting one finds a whole one. */
const put = (from, place) => {
  mkdirSync(dirname(place), { recursive: true })
  copyFileSync(from, `${place}.draft`)
  renameSync(`${place}.draft`, place)
}

const inPlace = (prefix, parts) =>
  parts.every((part) =>
    programs[part].every(({ name }) => existsSync(join(prefix, "bin", name))) &&
    dataFiles[part].every(({ place }) => existsSync(join(prefix, place)))
  )

const putLibraries = (unpacked, prefix) => {
  const folder = join(unpacked, "usr/lib", triplet)
  for (const name of readdirSync(folder).filter((name) => name.includes(".so."))) {
    put(join(folder, name), join(prefix, "lib", name))
  }
  chmodSync(join(prefix, "lib", loader), 0o755)
}

/** Makes a program use our loader and libraries. The path is burnt in, so a clone that moved has to do it again. */
const patch = (patchelf, file, prefix) =>
  // A run path (without --force-rpath) would not reach the libraries' own libraries.
  command(patchelf, [
    "--set-interpreter", join(prefix, "lib", loader), "--force-rpath", "--set-rpath", join(prefix, "lib"), file
  ])

const putPrograms = (unpacked, prefix, parts, work) => {
  const drafts = parts.flatMap((part) => programs[part]).map((program) => {
    const draft = join(work, "bin", program.name)
    put(join(unpacked, program.file), draft)
    chmodSync(draft, 0o755)
    if (program.libraries === true) patch(join(unpacked, "usr/bin/patchelf"), draft, prefix)
    command(draft, program.probe)
    return { draft, place: join(prefix, "bin", program.name) }
  })
  mkdirSync(join(prefix, "bin"), { recursive: true })
  for (const { draft, place } of drafts) renameSync(draft, place)
}

/** `docker compose`, in two words, finds the plug-in only in a folder of this name. */
const linkComposePlugin = (prefix) => {
  const link = join(prefix, "docker-config/cli-plugins/docker-compose")
  mkdirSync(dirname(link), { recursive: true })
  rmSync(link, { force: true })
  symlinkSync("../../bin/docker-compose", link)
}

const build = (suite, prefix, parts, locked) => {
  const work = join(prefix, ".work")
  const cache = join(prefix, "debs")
  rmSync(work, { recursive: true, force: true })
  mkdirSync(work, { recursive: true })
  const places = { cache, work, locked }
  const packages = [
    ...fetchPackages(["patchelf"], "host", places),
    ...fetchPackages(packagesFor(suite, parts), suite, places)
  ]
  say("unpacking the stack")
  const unpacked = join(work, "unpacked")
  for (const { file } of packages) command("dpkg-deb", ["-x", join(cache, file), unpacked])
  putLibraries(unpacked, prefix)
  putPrograms(unpacked, prefix, parts, work)
  for (const { file, place } of parts.flatMap((part) => dataFiles[part])) put(join(unpacked, file), join(prefix, place))
  if (parts.includes("tests")) linkComposePlugin(prefix)
  writeFileSync(join(prefix, "lock.json.draft"), `${JSON.stringify({ recipe, prefix, suite, parts, packages }, null, 1)}\n`)
  renameSync(join(prefix, "lock.json.draft"), join(prefix, "lock.json"))
  rmSync(work, { recursive: true, force: true })
}

/**
 * Puts containerd, runc, crun, netavark and the rest into `<root>/.stack`, from Debian packages whose versions and
 * digests `.stack/lock.json` then names. Does nothing if they are there, complete, for this very path.
 */
export const installStack = (root, wanted) => {
  const prefix = join(root, ".stack")
  const lock = readLock(prefix)
  const parts = [...new Set([...lock.parts, ...wanted])]
  const settled = lock.recipe === recipe && lock.prefix === prefix
  if (settled && wanted.every((part) => lock.parts.includes(part)) && inPlace(prefix, parts)) return
  // What worked here before comes first; a suite that failed once is not tried again.
  const candidates = suites.slice(Math.max(0, suites.indexOf(lock.suite)))
  for (const suite of candidates) {
    try {
      return build(suite, prefix, parts, lock.packages)
    } catch (reason) {
      if (suite === candidates.at(-1)) throw reason
      say(`the stack of ${suite} does not work here: ${reason.message.trim().split("\n").at(-1)}`)
    }
  }
}
