import type { Versions } from "../../engine/system/System.ts"
import { dockerRelease, formatVersion, newest } from "../ApiVersion.ts"

/** Docker's clients show the language's version; there is none here, and an empty text breaks their columns. */
const goVersion = "none"

/** The body of `/version`. `Engine` is the component by which clients know the server. */
export const versionJson = (versions: Versions, minApiVersion: string): object => {
  const { architecture, buildTime, commit, containerd, kernelVersion, nodeVersion, runtime } = versions
  const common = {
    ApiVersion: formatVersion(newest),
    MinAPIVersion: minApiVersion,
    GitCommit: commit,
    GoVersion: goVersion,
    Os: "linux",
    Arch: architecture,
    KernelVersion: kernelVersion,
    BuildTime: buildTime
  }
  const component = (Name: string, Version: string, Details: object) => ({ Name, Version, Details })
  return {
    Platform: { Name: "Gantry" },
    Version: dockerRelease,
    ...common,
    Experimental: false,
    Components: [
      component("Engine", dockerRelease, { ...common, Experimental: "false" }),
      component("gantry", versions.version, { GitCommit: commit, NodeVersion: nodeVersion }),
      component("containerd", containerd.version, { GitCommit: containerd.commit }),
      component(runtime.name, runtime.version, { GitCommit: runtime.commit })
    ]
  }
}
