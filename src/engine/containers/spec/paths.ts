/** An absolute path without `.`, `..`, doubled or trailing slashes, resolved by text alone, as Go's `path.Clean`. */
export const cleanPath = (path: string): string => {
  const parts: Array<string> = []
  for (const part of path.split("/")) {
    if (part === "..") parts.pop()
    else if (part !== "" && part !== ".") parts.push(part)
  }
  return `/${parts.join("/")}`
}

/** Whether a clean path is `directory` or lies in it. */
export const isBelow = (directory: string, path: string): boolean =>
  path === directory || path.startsWith(directory === "/" ? "/" : `${directory}/`)
