import { randomBytes } from "node:crypto"

/** Gives ids that are unique across processes: some random digits once, then a count. */
export const requestIds = (): () => string => {
  const start = randomBytes(6).toString("hex")
  let count = 0
  return () => `${start}-${(++count).toString(36)}`
}
