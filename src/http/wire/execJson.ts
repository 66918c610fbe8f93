import type { ExecView } from "../../engine/execs/Execs.ts"

/** The body of an exec's inspect. */
export const execJson = ({ config, containerId, exitCode, id, pid, running }: ExecView): object => ({
  ID: id,
  Running: running,
  ExitCode: exitCode,
  ProcessConfig: {
    tty: config.tty,
    entrypoint: config.cmd[0] ?? "",
    arguments: config.cmd.slice(1),
    privileged: config.privileged,
    ...(config.user === "" ? {} : { user: config.user })
  },
  OpenStdin: config.attachStdin,
  OpenStderr: config.attachStderr,
  OpenStdout: config.attachStdout,
  CanRemove: false,
  ContainerID: containerId,
  DetachKeys: config.detachKeys,
  Pid: pid
})
