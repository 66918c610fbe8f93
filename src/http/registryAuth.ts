import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { RegistryAuth } from "../engine/images/Images.ts"
import { text } from "../model/zero.ts"

const Written = Schema.fromJsonString(Schema.Struct({
  username: text, password: text, auth: text, serveraddress: text, identitytoken: text, registrytoken: text
}))
const decode = Schema.decodeUnknownOption(Written)

/** Reads `X-Registry-Auth`: base64 of either alphabet, with padding or without. What cannot be read is anonymous. */
export const registryAuth = (header: string | undefined): RegistryAuth | undefined => {
  if (header === undefined || header === "") return undefined
  return Option.match(decode(Buffer.from(header, "base64").toString("utf8")), {
    onNone: () => undefined,
    onSome: ({ auth, identitytoken, password, registrytoken, serveraddress, username }) => {
      const pair = auth === "" ? "" : Buffer.from(auth, "base64").toString("utf8")
      const colon = pair.indexOf(":")
      const named = username !== "" || colon < 0
      const read = {
        username: named ? username : pair.slice(0, colon),
        password: named ? password : pair.slice(colon + 1),
        identityToken: identitytoken,
        registryToken: registrytoken,
        serverAddress: serveraddress
      }
      return read.username === "" && identitytoken === "" && registrytoken === "" ? undefined : read
    }
  })
}
