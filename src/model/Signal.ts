import * as Option from "effect/Option"

const names = [
  "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE", "ALRM", "TERM",
  "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG", "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO",
  "PWR", "SYS"
]
const aliases: Readonly<Record<string, number>> = { IOT: 6, CLD: 17, POLL: 29, UNUSED: 31 }
const realtimeMin = 34
const realtimeMax = 64

export const SIGKILL = 9
export const SIGTERM = 15

/** Linux's number of a signal given as name, with or without SIG, or as number: `SIGHUP`, `hup`, `1`, `RTMIN+3`. */
export const parseSignal = (text: string): Option.Option<number> => {
  if (/^\d{1,3}$/.test(text)) return inRange(Number(text))
  const name = text.toUpperCase().replace(/^SIG/, "")
  const index = names.indexOf(name)
  if (index >= 0) return Option.some(index + 1)
  const realtime = /^RT(MIN|MAX)(?:([+-])(\d{1,2}))?$/.exec(name)
  if (realtime === null) return Option.fromNullishOr(aliases[name])
  const base = realtime[1] === "MIN" ? realtimeMin : realtimeMax
  const number = base + (realtime[2] === "-" ? -1 : 1) * Number(realtime[3] ?? 0)
  return number >= realtimeMin ? inRange(number) : Option.none()
}

const inRange = (number: number) => number >= 1 && number <= realtimeMax ? Option.some(number) : Option.none()
