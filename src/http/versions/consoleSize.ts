const firstWithConsoleSize = 42

/** Height and width of a client's terminal, if it may say so and did; Docker's clients send zeros for neither. */
export const consoleSize = (
  asked: readonly [number, number] | null,
  version: number
): readonly [number, number] | undefined =>
  asked === null || version < firstWithConsoleSize || (asked[0] === 0 && asked[1] === 0) ? undefined : asked
