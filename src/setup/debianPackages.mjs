import { createHash } from "node:crypto"
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { command } from "./command.mjs"
import { say } from "./say.mjs"

export const sha256 = (data) => createHash("sha256").update(data).digest("hex")

const codename = () => {
  const release = existsSync("/etc/os-release") ? readFileSync("/etc/os-release", "utf8") : ""
  const name = /^VERSION_CODENAME="?([a-z]+)/m.exec(release)?.[1]
  if (!/^ID=debian$/m.test(release) || name === undefined) {
    throw new Error("this machine is no Debian: Gantry's set-up knows Debian 12 and newer. " +
      "Put containerd, runc, netavark, aardvark-dns and nft into a folder's bin and name the folder in GANTRY_STACK")
  }
  return name
}

const update = () => command("apt-get", ["-q", "-o", "DPkg::Lock::Timeout=120", "update"])

/** The mirror that the machine's own apt configuration names, so that a proxy or a local mirror is honoured. */
const mirror = () => {
  const sites = () =>
    command("apt-get", ["indextargets", "--format", "$(SITE)", "Created-By: Packages", `Codename: ${codename()}`])
      .split("\n").filter((line) => line !== "")
  if (sites().length === 0) {
    say("fetching the machine's package lists")
    update()
  }
  const [site] = sites()
  if (site === undefined) throw new Error("apt knows no Debian mirror: check /etc/apt/sources.list and `apt-get update`")
  return site
}

const keyring = () =>
  ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"].find(existsSync)

/** Options that give apt a state of its own below `folder`, with `suite` as its only source. */
const privateApt = (folder, suite) => {
  for (const name of ["lists/partial", "cache/archives/partial"]) mkdirSync(join(folder, name), { recursive: true })
  const sources = join(folder, "sources.list")
  writeFileSync(sources, `deb [signed-by=${keyring()}] ${mirror()} ${suite} main\n`)
  return [
    "-q", "-o", `Dir::State::Lists=${folder}/lists`, "-o", `Dir::Cache=${folder}/cache`,
    "-o", `Dir::Etc::SourceList=${sources}`, "-o", "Dir::Etc::SourceParts=/dev/null",
    "-o", "Acquire::Languages=none", "-o", "Acquire::Retries=3", "-o", "APT::Sandbox::User=root"
  ]
}

const download = (names, suite, work) => {
  const folder = join(work, "new")
  mkdirSync(folder, { recursive: true })
  if (suite === "host") {
    const fetch = () => command("apt-get", ["-q", "-o", "APT::Sandbox::User=root", "download", ...names], { cwd: folder })
    try {
      fetch()
    } catch {
      update()
      fetch()
    }
  } else {
    const options = privateApt(join(work, "apt"), suite)
    command("apt-get", [...options, "update"])
    command("apt-get", [...options, "download", ...names.map((name) => `${name}/${suite}`)], { cwd: folder })
  }
  return readdirSync(folder).map((file) => join(folder, file))
}

/** Name, version, file and SHA-256, as the lock file keeps them. */
const describe = (suite, cache, file) => {
  const [name, version] = file.split("_")
  return { name, version: decodeURIComponent(version), suite, file, sha256: sha256(readFileSync(join(cache, file))) }
}

/**
 * The named packages as `.deb` files in `cache`. What `locked` lists and the cache still holds unchanged is taken as it
 * is; only the rest is downloaded. `suite` is a suite's name, or `host` for the machine's own.
 */
export const fetchPackages = (names, suite, { cache, work, locked }) => {
  mkdirSync(cache, { recursive: true })
  const kept = locked.filter((entry) =>
    entry.suite === suite && names.includes(entry.name) && existsSync(join(cache, entry.file)) &&
    sha256(readFileSync(join(cache, entry.file))) === entry.sha256
  )
  const missing = names.filter((name) => !kept.some((entry) => entry.name === name))
  if (missing.length === 0) return kept
  say(`downloading ${missing.length === 1 ? missing[0] : `${missing.length} packages`} (${suite})`)
  const fetched = download(missing, suite, work).map((path) => {
    const file = path.slice(path.lastIndexOf("/") + 1)
    for (const old of readdirSync(cache).filter((other) => other.split("_")[0] === file.split("_")[0])) {
      rmSync(join(cache, old))
    }
    renameSync(path, join(cache, file))
    return describe(suite, cache, file)
  })
  rmSync(join(work, "new"), { recursive: true, force: true })
  return [...kept, ...fetched]
}
