import type { ContainerdError } from "../../containerd/ContainerdError.ts"
import * as ImageReference from "../../model/ImageReference.ts"
import { formatPlatform, type Platform } from "../../model/Platform.ts"
import { PullFailed } from "./ImageFailures.ts"

const denied = /pull access denied|authorization failed|insufficient_scope|no basic auth credentials|401 Unauthorized|403 Forbidden|unauthorized/i
const unreachable = /dial tcp|no such host|connection refused|i\/o timeout|connection reset|TLS handshake|server gave HTTP response|x509/

/** What containerd says about a pull that failed, in dockerd's words. */
export const pullFailure = (reference: ImageReference.ImageReference, platform: Platform) => (error: ContainerdError): PullFailed => {
  const name = ImageReference.familiar(reference)
  const failed = (reason: PullFailed["reason"], message: string) => new PullFailed({ reference: name, reason, message })
  if (/no match for platform|no manifest found for platform/.test(error.message)) {
    return failed("no-platform", noMatch(platform))
  }
  if (denied.test(error.message)) {
    return failed(
      "denied",
      `pull access denied for ${ImageReference.familiarName(reference)}, repository does not exist or may require 'docker login'`
    )
  }
  if (unreachable.test(error.message)) {
    return failed("unreachable", error.message.replace(/^failed to resolve image: (?:failed to do request: )?/, ""))
  }
  return error.reason === "NotFound" && error.message.startsWith("failed to resolve image")
    ? failed("not-found", `manifest for ${name} not found: manifest unknown: manifest unknown`)
    : failed("broken", error.message)
}

export const noMatch = (platform: Platform): string =>
  `no matching manifest for ${formatPlatform(platform)} in the manifest list entries`
