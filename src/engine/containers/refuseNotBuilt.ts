import * as Effect from "effect/Effect"
import { NotBuilt } from "./ContainerFailures.ts"
import type { CreateRequest } from "./Containers.ts"
import { networkMode } from "./networkMode.ts"

/** What a client may ask of a container that Docker can do and this engine cannot yet: said at create, in one place. */
export const refuseNotBuilt = (request: CreateRequest): Effect.Effect<void, NotBuilt> => {
  const reason = reasons.find(([asked]) => asked(request))?.[1]
  return reason === undefined ? Effect.void : Effect.fail(new NotBuilt({ message: `${reason} not implemented` }))
}

type Question = (request: CreateRequest) => boolean

const reasons: ReadonlyArray<readonly [Question, string]> = [
  [({ hostConfig }) => Object.keys(hostConfig.PortBindings ?? {}).length > 0, "published ports are"],
  [({ hostConfig }) => hostConfig.PublishAllPorts && networkMode(hostConfig).kind === "bridge", "published ports are"],
  [({ hostConfig }) => networkMode(hostConfig).kind === "network", "user-defined networks are"],
  [({ endpoints }) => Object.keys(endpoints).some((name) => !predefined.includes(name)), "user-defined networks are"],
  [({ endpoints }) => Object.values(endpoints).some((endpoint) => endpoint.MacAddress !== ""), "MAC addresses of endpoints are"],
  [({ hostConfig }) => (hostConfig.Links ?? []).length > 0, "links between containers are"],
  [({ hostConfig }) => !["", "no"].includes(hostConfig.RestartPolicy.Name), "restart policies are"],
  [({ config }) => !["", "NONE"].includes(config.Healthcheck?.Test?.[0] ?? ""), "health checks are"],
  [({ hostConfig }) => (hostConfig.VolumesFrom ?? []).length > 0, "volumes of other containers are"],
  [({ hostConfig }) => (hostConfig.Binds ?? []).some((bind) => !bind.startsWith("/") || !bind.includes(":")), "volumes are"],
  [({ hostConfig }) => (hostConfig.Mounts ?? []).some((mount) => !["bind", "tmpfs"].includes(mount.Type)), "mounts of this type are"],
  [({ config }) => Object.keys(config.Volumes ?? {}).length > 0, "volumes are"],
  [({ hostConfig }) => Object.keys(hostConfig.StorageOpt ?? {}).length > 0, "storage options are"]
]

const predefined = ["bridge", "default", "host", "none"]
