import * as Schema from "effect/Schema"

/** An OCI platform: `linux/arm64/v8`. */
export const Platform = Schema.Struct({
  os: Schema.String,
  architecture: Schema.String,
  variant: Schema.optionalKey(Schema.String)
})
export type Platform = typeof Platform.Type

export const formatPlatform = ({ architecture, os, variant }: Platform): string =>
  variant === undefined ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
