import type { DescMethod } from "@bufbuild/protobuf"

/** `Tasks/Create` for `containerd.services.tasks.v1.Tasks/Create`. */
export const operationOf = (method: DescMethod): string => {
  const service = method.parent.typeName
  return `${service.slice(service.lastIndexOf(".") + 1)}/${method.name}`
}
