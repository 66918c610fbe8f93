import * as Digest from "effect/crypto/Digest"
import * as Effect from "effect/Effect"
import { canonicalJson } from "./canonicalJson.ts"
import type { UserConfig } from "./UserConfig.ts"

/** SHA-256, in hex, of what the user asked for. */
export const digestOf = (user: UserConfig) =>
  Effect.flatMap(Digest.Digest, (digest) =>
    digest.digestHex(Digest.sha256, new TextEncoder().encode(canonicalJson(user))))
