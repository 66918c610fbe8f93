import type * as Effect from "effect/Effect"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { RequestFailure } from "./failureResponses.ts"

/** What a handler is given beside its services. */
export interface Call {
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
}

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "DELETE"

/** One route, without version prefix. `R` is what its handler asks for. */
export interface Route<R> {
  readonly method: Method
  /** `{id}` stands for one segment, `{name...}` for one or more: image names hold slashes. */
  readonly path: `/${string}`
  readonly handle: (call: Call) => Effect.Effect<HttpServerResponse.HttpServerResponse, RequestFailure, R>
  /** Goes on when the client is gone: half of a stop or a removal is worse than either. */
  readonly outlivesClient: boolean
}

export const route = <R>(
  method: Method,
  path: `/${string}`,
  handle: Route<R>["handle"],
  options?: { readonly outlivesClient: true }
): Route<R> => ({ method, path, handle, outlivesClient: options?.outlivesClient ?? false })
