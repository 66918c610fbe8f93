/** What the doctor found about one thing that the engine needs, or is better with. */
export interface Finding {
  readonly what: string
  /** `lacking`: the engine does not work without; `poor`: something of it does not. */
  readonly state: "good" | "poor" | "lacking"
  readonly found: string
  /** What to do about it; empty if it is good. */
  readonly fix: string
}

export const good = (what: string, found: string): Finding => ({ what, state: "good", found, fix: "" })
export const poor = (what: string, found: string, fix: string): Finding => ({ what, state: "poor", found, fix })
export const lacking = (what: string, found: string, fix: string): Finding => ({ what, state: "lacking", found, fix })
