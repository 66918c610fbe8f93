import * as Effect from "effect/Effect"
import { askRegistry, type RegistryQuestion } from "../../containerd/askRegistry.ts"
import { NotBuilt, OperationFailed } from "../containers/ContainerFailures.ts"
import { LoginDenied } from "./ImageFailures.ts"
import type { RegistryAuth, RegistrySettings } from "./Images.ts"
import { isLoopback, otherHosts, registryHost } from "./registryOf.ts"

/** Asks a registry whether it takes the credentials: by itself, or by way of the service that it names. */
export const checkCredentials = Effect.fn("Images.checkCredentials")(
  function*(auth: RegistryAuth, settings: RegistrySettings) {
    if (auth.identityToken !== "") return yield* new NotBuilt({ message: "checking identity tokens is not implemented" })
    const { answer, question } = yield* Effect.firstSuccessOf(questionsFor(auth.serverAddress, settings).map((question) =>
      Effect.map(askRegistry(question), (answer) => ({ answer, question }))))
    if (answer.status === 200) return
    const url = answer.status === 401 ? placeOf(question.url, answer.challenge, auth.username) : undefined
    if (url === undefined) return yield* failedWith(question.url, answer.status)
    const { password, username } = auth
    const { status } = yield* askRegistry({ ...question, url, credentials: { username, password } })
    if (status !== 200) return yield* failedWith(question.url, status)
  },
  Effect.catchTag("RegistrySilent", ({ message }) => Effect.fail(new OperationFailed({ operation: "login", message })))
)

const failedWith = (url: string, status: number) => {
  const message = `login attempt to ${url} failed with status: ${status}${status === 401 ? " Unauthorized" : ""}`
  return Effect.fail(
    status === 401 || status === 403 ? new LoginDenied({ message }) : new OperationFailed({ operation: "login", message })
  )
}

/** Where the registry may be, best first. Its name may come as a URL; none is Docker Hub's. */
const questionsFor = (address: string, settings: RegistrySettings): ReadonlyArray<RegistryQuestion> => {
  const named = address.replace(/^https?:\/\//, "").replace(/\/.*$/, "")
  const domain = named === "" || named === "index.docker.io" ? "docker.io" : named
  if (isLoopback(domain)) return [{ url: `http://${domain}/v2/` }]
  // Mirrors of Docker Hub are nobody's to log in at.
  const others = domain === "docker.io" ? [] : otherHosts(domain, settings)
  return [
    { url: `https://${registryHost(domain)}/v2/` },
    ...others.map(({ skipVerify, url }) => ({ url: `${url}/v2/`, skipVerify }))
  ]
}

/** Where to show the credentials; nowhere that others could listen in on, unless the registry itself is such a place. */
const placeOf = (asked: string, challenge: string, account: string): string | undefined => {
  if (/^basic\b/i.test(challenge)) return asked
  const parameter = (name: string) => new RegExp(`\\b${name}="([^"]*)"`, "i").exec(challenge)?.[1]
  const realm = /^bearer\b/i.test(challenge) ? parameter("realm") : undefined
  if (realm === undefined || !URL.canParse(realm)) return undefined
  const url = new URL(realm)
  if (url.protocol !== "https:" && !(url.protocol === "http:" && asked.startsWith("http:"))) return undefined
  url.searchParams.set("account", account)
  url.searchParams.set("client_id", "docker")
  const service = parameter("service")
  if (service !== undefined) url.searchParams.set("service", service)
  return url.href
}
