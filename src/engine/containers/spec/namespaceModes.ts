/** The container of a mode `container:<id>`. */
export const joinedContainer = (mode: string): string | undefined =>
  mode.startsWith("container:") ? mode.slice("container:".length) : undefined

/** Whether a mode of PID, IPC or UTS gives a container a namespace of its own. */
export const ownsNamespace = (mode: string): boolean => mode !== "host" && joinedContainer(mode) === undefined

const isJoin = (mode: string): boolean => (joinedContainer(mode) ?? "") !== ""

export const validPidMode = (mode: string): boolean => mode === "" || mode === "host" || isJoin(mode)
export const validUtsMode = (mode: string): boolean => mode === "" || mode === "host"
export const validIpcMode = (mode: string): boolean =>
  ["", "none", "private", "shareable", "host"].includes(mode) || isJoin(mode)
export const validCgroupnsMode = (mode: string): boolean => ["", "private", "host"].includes(mode)
