import * as os from "node:os"

/** The first SIGINT or SIGTERM asks for an orderly end; whoever sends a third wants it at once, with 128 + its number. */
export const exitOnThirdSignal = (): void => {
  let count = 0
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      count += 1
      if (count === 3) process.exit(128 + os.constants.signals[signal])
    })
  }
}
