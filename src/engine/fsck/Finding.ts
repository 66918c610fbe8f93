import * as Schema from "effect/Schema"

/**
 * What is audited:
 *
 * - I1: records and what containerd has of containers are one to one
 * - I2: each task belongs to a container that runs, and each of those has one
 * - I3: so do shims
 * - I4: writable snapshots are containers'
 * - I5: leases have an owner that lives
 * - I6: nothing is written into the content store for nobody
 * - I7: pipes and their directories are of live processes
 * - I8: pinned network namespaces are of running containers
 * - I9: so are the host's ends of veths
 * - I11: addresses are of running containers, none twice
 * - I13: mounts below our directories are of running containers
 * - I14: no cgroup is left of what runs no more
 * - I18: no half-written file is left, and each state file can be read
 */
export const Invariant = Schema.Literals([
  "I1", "I2", "I3", "I4", "I5", "I6", "I7", "I8", "I9", "I11", "I13", "I14", "I18"
])
export type Invariant = typeof Invariant.Type

/** Something that should not be, or should and is not. */
export const Finding = Schema.Struct({
  invariant: Invariant,
  /** What it is about: an id, a path, a name. */
  subject: Schema.String,
  message: Schema.String
})
export type Finding = typeof Finding.Type

export const finding = (invariant: Invariant, subject: string, message: string): Finding => ({ invariant, subject, message })
