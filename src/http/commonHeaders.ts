import { dockerRelease, formatVersion, newest } from "./ApiVersion.ts"

/** On every answer, errors too: clients negotiate by them. */
export const commonHeaders = {
  "api-version": formatVersion(newest),
  "ostype": "linux",
  "server": `Docker/${dockerRelease} (linux)`,
  "docker-experimental": "false"
}
