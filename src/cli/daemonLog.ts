import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as References from "effect/References"
import type { UserConfig } from "../config/UserConfig.ts"

const levels: Readonly<Record<string, LogLevel.LogLevel>> = {
  panic: "Fatal", fatal: "Fatal", error: "Error", warn: "Warn", info: "Info", debug: "Debug", trace: "Trace"
}

/** The least important level that is written. */
export const logLevelOf = ({ debug, logLevel }: Pick<UserConfig, "debug" | "logLevel">): LogLevel.LogLevel => {
  const level = levels[logLevel] ?? "Info"
  return debug && LogLevel.isGreaterThan(level, "Debug") ? "Debug" : level
}

/**
 * The daemon's log on stderr: one line for each entry, as text (`key=value`) or JSON. `user` is asked for each entry, so
 * that a reload changes the level for everything that runs.
 */
export const daemonLog = (format: string, user: Effect.Effect<Pick<UserConfig, "debug" | "logLevel">>) => {
  const lines = Logger.withConsoleError(format === "json" ? Logger.formatJson : Logger.formatLogFmt)
  const logger = Logger.make((entry) => {
    if (LogLevel.isGreaterThanOrEqualTo(entry.logLevel, logLevelOf(Effect.runSync(user)))) lines.log(entry)
  })
  return Layer.mergeAll(Logger.layer([logger]), Layer.succeed(References.MinimumLogLevel, "Trace"))
}
