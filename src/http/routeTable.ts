import type { Route } from "./Route.ts"

export interface Match<R> {
  readonly route: Route<R>
  readonly params: Readonly<Record<string, string>>
}

interface Compiled<R> {
  readonly route: Route<R>
  readonly parts: ReadonlyArray<Part>
  readonly open: boolean
}

type Part =
  | { readonly literal: string }
  | { readonly name: string; readonly many: boolean }

const none: Readonly<Record<string, string>> = {}

/**
 * Finds the route for a method and a path's segments. Routes are filed under method and first segment, which is
 * always literal; among those the first that fits wins, so literal routes go before those with names.
 */
export const routeTable = <R>(routes: ReadonlyArray<Route<R>>) => {
  const filed = new Map<string, Array<Compiled<R>>>()
  for (const route of routes) {
    const parts = route.path.split("/").slice(1).map(part)
    const key = `${route.method} ${route.path.split("/")[1]}`
    const compiled = { route, parts, open: parts.some((part) => "many" in part && part.many) }
    filed.set(key, [...(filed.get(key) ?? []), compiled])
  }
  return (method: string, segments: ReadonlyArray<string>): Match<R> | undefined => {
    for (const candidate of filed.get(`${method} ${segments[0]}`) ?? []) {
      const params = fit(candidate, segments)
      if (params !== undefined) return { route: candidate.route, params }
    }
    return undefined
  }
}

const part = (text: string): Part => {
  if (!text.startsWith("{")) return { literal: text }
  const many = text.endsWith("...}")
  return { name: text.slice(1, many ? -4 : -1), many }
}

const fit = <R>({ open, parts }: Compiled<R>, segments: ReadonlyArray<string>) => {
  const surplus = segments.length - parts.length
  if (open ? surplus < 0 : surplus !== 0) return undefined
  let params: Record<string, string> | undefined
  let at = 0
  for (const part of parts) {
    const taken = "many" in part && part.many ? surplus + 1 : 1
    const text = taken === 1 ? segments[at] ?? "" : segments.slice(at, at + taken).join("/")
    if ("literal" in part) {
      if (part.literal !== text) return undefined
    } else {
      if (text === "") return undefined
      params ??= {}
      params[part.name] = text
    }
    at += taken
  }
  return params ?? none
}
