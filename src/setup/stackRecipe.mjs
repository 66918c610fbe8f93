/** Names that differ between the machines Debian builds for. */
const machines = {
  x64: { triplet: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  arm64: { triplet: "aarch64-linux-gnu", loader: "ld-linux-aarch64.so.1" }
}

const machine = machines[process.arch]
if (machine === undefined) throw new Error(`no recipe for ${process.arch}: Gantry's stack is known for x64 and arm64`)

export const { triplet, loader } = machine

/** Which Debian suites the stack is taken from: the first that works on this machine. */
export const suites = ["sid", "trixie"]

/** Libraries for the programs that are newer than the C library of Debian 12. */
export const libraryPackages = (suite) => [
  "libc6", "libgcc-s1", "libseccomp2", "libsystemd0", "libcap2", "libnftables1", "libnftnl11", "libmnl0", "libjansson4",
  "libxtables12", "libedit2", "libgmp10", "libtinfo6", "libbsd0", "libmd0",
  ...(suite === "sid" ? ["libblake3-0", "libjson-c5"] : ["libyajl2"])
]

/**
 * The programs of each part: the package (and where a suite keeps it in another), the file in it, the name it gets in
 * `.stack/bin`, how it is asked for its version, and whether it needs the libraries above.
 */
export const programs = {
  engine: [
    { package: "containerd", file: "usr/bin/containerd", name: "containerd", probe: ["--version"] },
    { package: "containerd", file: "usr/bin/containerd-shim-runc-v2", name: "containerd-shim-runc-v2", probe: ["-v"] },
    { package: "runc", file: "usr/sbin/runc", name: "runc", probe: ["--version"], libraries: true },
    { package: "crun", file: "usr/bin/crun", name: "crun", probe: ["--version"], libraries: true },
    { package: "netavark", file: "usr/lib/podman/netavark", name: "netavark", probe: ["--version"], libraries: true },
    { package: "aardvark-dns", file: "usr/lib/podman/aardvark-dns", name: "aardvark-dns", probe: ["--version"] },
    { package: "nftables", file: "usr/sbin/nft", name: "nft", probe: ["--version"], libraries: true },
    {
      package: "tini-static",
      packageIn: { trixie: "tini" },
      file: "usr/bin/tini-static",
      name: "docker-init",
      probe: ["--version"]
    }
  ],
  tests: [
    { package: "containerd", file: "usr/bin/ctr", name: "ctr", probe: ["--version"] },
    { package: "docker-cli", file: "usr/bin/docker", name: "docker", probe: ["--version"] },
    {
      package: "docker-compose",
      file: "usr/libexec/docker/cli-plugins/docker-compose",
      name: "docker-compose",
      probe: ["version"]
    },
    { package: "docker-registry", file: "usr/bin/docker-registry", name: "docker-registry", probe: ["--version"] },
    { package: "busybox-static", file: "usr/bin/busybox", name: "busybox", probe: ["--help"] }
  ]
}

/** Files that are no programs: the package, the file in it, its place in `.stack`. */
export const dataFiles = {
  engine: [
    {
      package: "golang-github-containers-common",
      file: "usr/share/containers/seccomp.json",
      place: "share/seccomp.json"
    }
  ],
  tests: []
}

/** Each package that the parts need from the suite. */
export const packagesFor = (suite, parts) => [
  ...new Set([
    ...libraryPackages(suite),
    ...parts.flatMap((part) => [...programs[part], ...dataFiles[part]].map((entry) => entry.packageIn?.[suite] ?? entry.package))
  ])
]
