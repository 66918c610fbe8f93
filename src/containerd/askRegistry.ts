import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { request as requestPlain } from "node:http"
import { request as requestSecure } from "node:https"

/** A registry, or the service that it sends its clients to, gave no answer. */
export class RegistrySilent extends Schema.TaggedError<RegistrySilent>()("RegistrySilent", {
  url: Schema.String,
  reason: Schema.String
}) {
  override get message() {
    return `Get "${this.url}": ${this.reason}`
  }
}

export interface RegistryQuestion {
  readonly url: string
  /** Absent: anonymous. */
  readonly credentials?: { readonly username: string; readonly password: string }
  /** Takes any certificate. */
  readonly skipVerify?: boolean
}

export interface RegistryAnswer {
  readonly status: number
  /** `WWW-Authenticate`; empty if there is none. */
  readonly challenge: string
}

const patienceMs = 15_000

/** One GET, of whose answer the head alone matters. Redirects are not followed: credentials go where they were meant to. */
export const askRegistry = ({ credentials, skipVerify, url }: RegistryQuestion): Effect.Effect<RegistryAnswer, RegistrySilent> =>
  Effect.callback((resume) => {
    const options = {
      agent: false,
      timeout: patienceMs,
      ...(credentials === undefined ? {} : { auth: `${credentials.username}:${credentials.password}` })
    }
    const request = url.startsWith("http://")
      ? requestPlain(url, options)
      : requestSecure(url, { ...options, rejectUnauthorized: skipVerify !== true })
    request.on("response", ({ headers, statusCode }) => {
      resume(Effect.succeed({ status: statusCode ?? 0, challenge: headers["www-authenticate"] ?? "" }))
      request.destroy()
    })
    request.on("timeout", () => request.destroy(new Error(`no answer within ${patienceMs / 1000} s`)))
    request.on("error", (error) => resume(Effect.fail(new RegistrySilent({ url, reason: error.message }))))
    request.end()
    return Effect.sync(() => request.destroy())
  })
