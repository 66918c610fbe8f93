import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { CurrentConfig } from "../config/EngineConfig.ts"
import { Images } from "../engine/images/Images.ts"
import { text } from "../model/zero.ts"
import { jsonBody } from "./body/jsonBody.ts"
import { jsonAnswer } from "./jsonAnswer.ts"

const body = jsonBody(
  Schema.Struct({ username: text, password: text, serveraddress: text, identitytoken: text, registrytoken: text }),
  {}
)

/** `POST /auth`: what `docker login` asks before it keeps credentials. */
export const checkCredentials = Effect.fnUntraced(function*() {
  const { user } = yield* CurrentConfig
  const asked = yield* body
  yield* (yield* Images).checkCredentials({
    username: asked.username,
    password: asked.password,
    identityToken: asked.identitytoken,
    registryToken: asked.registrytoken,
    serverAddress: asked.serveraddress
  }, { insecure: user.insecureRegistries, mirrors: user.registryMirrors })
  return jsonAnswer({ Status: "Login Succeeded", IdentityToken: "" })
})
