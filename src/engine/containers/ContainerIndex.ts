import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { ContainerEntry } from "./ContainerEntry.ts"
import { AmbiguousContainer, NameInUse, NoSuchContainer } from "./ContainerFailures.ts"

/** Every container by id and by name. Reserving a name and finding a container are atomic: neither suspends. */
export class ContainerIndex extends Context.Service<ContainerIndex, {
  /** A full id, then a name (with or without slash), then a unique id prefix. */
  find(reference: string): Effect.Effect<ContainerEntry, NoSuchContainer | AmbiguousContainer>
  readonly byId: ReadonlyMap<string, ContainerEntry>
  /** Gives a name to an id. One id may hold two names for the time of a rename. */
  reserveName(name: string, id: string): Effect.Effect<void, NameInUse>
  releaseName(name: string, id: string): Effect.Effect<void>
  readonly add: (entry: ContainerEntry) => Effect.Effect<void>
  readonly remove: (id: string) => Effect.Effect<void>
}>()("gantry/engine/ContainerIndex") {
  static readonly layer = Layer.sync(this, () => {
    const byId = new Map<string, ContainerEntry>()
    const idOfName = new Map<string, string>()

    const byPrefix = (prefix: string) => {
      if (!/^[0-9a-f]+$/.test(prefix)) return []
      const found: Array<ContainerEntry> = []
      for (const entry of byId.values()) if (entry.id.startsWith(prefix)) found.push(entry)
      return found
    }

    return ContainerIndex.of({
      byId,
      find: (reference) => Effect.suspend((): Effect.Effect<ContainerEntry, Lookup> => {
        const exact = byId.get(reference) ?? byId.get(idOfName.get(reference.replace(/^\//, "")) ?? "")
        if (exact !== undefined) return Effect.succeed(exact)
        const [first, second] = byPrefix(reference)
        if (first === undefined) return Effect.fail(new NoSuchContainer({ reference }))
        return second === undefined ? Effect.succeed(first) : Effect.fail(new AmbiguousContainer({ prefix: reference }))
      }),
      reserveName: (name, id) => Effect.suspend(() => {
        const ownerId = idOfName.get(name)
        if (ownerId !== undefined) return Effect.fail(new NameInUse({ name, ownerId }))
        idOfName.set(name, id)
        return Effect.void
      }),
      releaseName: (name, id) => Effect.sync(() => {
        if (idOfName.get(name) === id) idOfName.delete(name)
      }),
      add: (entry) => Effect.sync(() => void byId.set(entry.id, entry)),
      remove: (id) => Effect.sync(() => void byId.delete(id))
    })
  })
}

export type Lookup = NoSuchContainer | AmbiguousContainer
