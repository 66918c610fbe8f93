/** One line of `/proc/<pid>/mountinfo`. */
export interface MountEntry {
  readonly root: string
  readonly mountPoint: string
  readonly fsType: string
  readonly source: string
  /** Options of the file system itself, such as a v1 hierarchy's controllers. */
  readonly superOptions: ReadonlyArray<string>
  /** `shared:1`, `master:2` and so on: empty for a private mount. */
  readonly propagation: ReadonlyArray<string>
}

/** Reads a mount table; lines that do not have its form are left out. */
export const parseMountinfo = (text: string): ReadonlyArray<MountEntry> =>
  text.split("\n").flatMap((line) => {
    const [before = "", after = ""] = line.split(" - ")
    const [, , , root, mountPoint, , ...propagation] = before.split(" ")
    const [fsType, source = "", superOptions = ""] = after.split(" ")
    return root === undefined || mountPoint === undefined || fsType === undefined ? [] : [{
      root: unescape(root),
      mountPoint: unescape(mountPoint),
      fsType,
      source: unescape(source),
      superOptions: superOptions.split(","),
      propagation: propagation.filter((field) => field !== "")
    }]
  })

/** Blanks, tabs, newlines and backslashes are written in octal. */
const unescape = (text: string): string =>
  text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) => String.fromCharCode(Number.parseInt(octal, 8)))
