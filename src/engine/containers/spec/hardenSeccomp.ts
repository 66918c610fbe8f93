import type { SeccompCondition, SeccompProfile, SeccompRule } from "./SeccompProfile.ts"

const eperm = 1
const enosys = 38

/** Calls that only a capability opens; without any of them: EPERM, which is what programs expect of them. */
const gates: ReadonlyArray<{ readonly caps: ReadonlyArray<string>; readonly names: ReadonlyArray<string> }> = [
  {
    caps: ["CAP_SYS_ADMIN"],
    names: [
      "fanotify_init", "fsconfig", "fsmount", "fsopen", "fspick", "lookup_dcookie", "mount", "mount_setattr",
      "move_mount", "open_tree", "open_tree_attr", "pivot_root", "quotactl", "quotactl_fd", "setdomainname",
      "sethostname", "setns", "umount", "umount2", "unshare"
    ]
  },
  { caps: ["CAP_SYS_ADMIN", "CAP_BPF"], names: ["bpf"] },
  { caps: ["CAP_SYS_ADMIN", "CAP_PERFMON"], names: ["perf_event_open"] },
  { caps: ["CAP_SYS_ADMIN", "CAP_SYSLOG"], names: ["syslog"] },
  { caps: ["CAP_SYS_BOOT"], names: ["reboot"] },
  { caps: ["CAP_SYS_NICE"], names: ["get_mempolicy", "mbind", "set_mempolicy", "set_mempolicy_home_node"] },
  { caps: ["CAP_SYS_PTRACE"], names: ["kcmp", "pidfd_getfd", "process_madvise"] }
]

/** Before 4.8 a traced process could step around its own filter. */
const traced = ["process_vm_readv", "process_vm_writev", "ptrace"]

/** Shared with the whole host (keyrings), or a way around the filter and a row of escapes (io_uring). */
const closed = ["add_key", "io_uring_enter", "io_uring_register", "io_uring_setup", "keyctl", "request_key"]

/** Calls newer than the packaged profiles, as harmless as those they vary. A runtime skips the names it lacks. */
const opened = [
  "cachestat", "epoll_pwait2", "faccessat2", "fchmodat2", "file_getattr", "file_setattr", "futex_requeue", "futex_wait",
  "futex_waitv", "futex_wake", "getxattrat", "io_pgetevents", "io_pgetevents_time64", "landlock_add_rule",
  "landlock_create_ruleset", "landlock_restrict_self", "listmount", "listxattrat", "lsm_get_self_attr",
  "lsm_list_modules", "lsm_set_self_attr", "map_shadow_stack", "memfd_secret", "mseal", "name_to_handle_at",
  "pkey_alloc", "pkey_free", "pkey_mprotect", "process_mrelease", "removexattrat", "setxattrat", "statmount", "uprobe",
  "uretprobe", "vmsplice"
]

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const namespaceFlags = 0x7e020000

/**
 * Address families up to 47, save 38 (AF_ALG) and 40 (AF_VSOCK), as pairs of mask and value. The kernel takes the
 * family from the lower half of the register, so the masks leave the upper half out: compared whole, as the usual
 * "less than 38, 39, more than 40" does, a family with high bits set passes for another one.
 */
const families: ReadonlyArray<readonly [mask: number, family: number]> = [
  [0xffffffe0, 0], [0xfffffffc, 32], [0xfffffffe, 36], [0xffffffff, 39], [0xffffffff, 41], [0xfffffffe, 42],
  [0xfffffffc, 44]
]

const deniedFamilies = [38, 40]

/**
 * The built-in profile: a packaged one as the base, and these rules in place of the base's own for the same calls.
 * Stricter than the base where it lets a container make namespaces, reach keyrings or odd sockets.
 */
export const hardenSeccomp = (base: SeccompProfile): SeccompProfile => {
  const ours = overlay()
  const replaced = new Set(ours.flatMap((rule) => rule.names ?? []))
  const kept = (base.syscalls ?? []).flatMap((rule): ReadonlyArray<SeccompRule> => {
    const names = (rule.names ?? (rule.name == null ? [] : [rule.name])).filter((name) => !replaced.has(name))
    return names.length === 0 ? [] : [{ ...rule, name: null, names }]
  })
  return { ...base, syscalls: [...kept, ...ours] }
}

const overlay = (): ReadonlyArray<SeccompRule> => [
  allow(opened),
  deny(closed, eperm),
  ...gates.flatMap(({ caps, names }) => [
    ...caps.map((cap) => allow(names, { includes: { caps: [cap] } })),
    deny(names, eperm, { excludes: { caps } })
  ]),
  allow(traced, { includes: { minKernel: "4.8" }, excludes: { caps: ["CAP_SYS_PTRACE"] } }),
  allow(traced, { includes: { caps: ["CAP_SYS_PTRACE"] } }),
  allow(["clone"], { includes: { caps: ["CAP_SYS_ADMIN"] } }),
  { ...allow(["clone"], { excludes: { caps: ["CAP_SYS_ADMIN"], arches: ["s390", "s390x"] } }), args: [noNamespaces(0)] },
  {
    ...allow(["clone"], { excludes: { caps: ["CAP_SYS_ADMIN"] }, includes: { arches: ["s390", "s390x"] } }),
    args: [noNamespaces(1)]
  },
  allow(["clone3"], { includes: { caps: ["CAP_SYS_ADMIN"] } }),
  // Its flags are in memory, where no filter sees them. Told that the call does not exist, libraries turn to clone.
  deny(["clone3"], enosys, { excludes: { caps: ["CAP_SYS_ADMIN"] } }),
  ...families.map(([mask, family]) => ({ ...allow(["socket"]), args: [masked(mask, family)] })),
  ...deniedFamilies.map((family) => ({ ...deny(["socket"], eperm), args: [masked(0xffffffff, family)] }))
]

interface Conditions {
  readonly includes?: SeccompCondition
  readonly excludes?: SeccompCondition
}

const allow = (names: ReadonlyArray<string>, conditions: Conditions = {}): SeccompRule =>
  ({ names, action: "SCMP_ACT_ALLOW", ...conditions })

const deny = (names: ReadonlyArray<string>, errnoRet: number, conditions: Conditions = {}): SeccompRule =>
  ({ names, action: "SCMP_ACT_ERRNO", errnoRet, ...conditions })

const masked = (mask: number, value: number, index = 0) =>
  ({ index, value: mask, valueTwo: value, op: "SCMP_CMP_MASKED_EQ" })

const noNamespaces = (index: number) => masked(namespaceFlags, 0, index)
