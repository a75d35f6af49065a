import type { MachineProcess } from '../../machines/machine-process.ts';
import type { MachineSpec } from '../../machines/machine-runtime.ts';
import type { LaunchSpec } from './launch-spec.ts';
import type { MachineRecord } from '../records.ts';
import type { SupervisorDeps } from './supervisor-deps.ts';

/** What the log of a machine says when it was killed for its memory. */
export const OUT_OF_MEMORY = 'the machine took more memory than it has and was killed (OOM)';

/** What the runtime is given to start a machine at a port. With the fault `crash` something runs that ends at once. */
export function machineSpec(
  machineId: string,
  launch: LaunchSpec,
  now: { readonly port: number; readonly logFile: string; readonly isCrashing: boolean },
): MachineSpec {
  const { port, logFile, isCrashing } = now;
  const { cwd, mounts, container } = launch;
  return {
    machineId,
    command: isCrashing ? [process.execPath, '--eval', 'process.exit(1)'] : launch.command,
    cwd,
    env: launch.envFor(port),
    mounts,
    logFile,
    container:
      container === null ? null : { ...container, port, ...(isCrashing ? CRASHING_CONTAINER : undefined) },
  };
}

/** An image without a shell cannot run this, and crashes all the same. */
const CRASHING_CONTAINER = { entrypoint: ['/bin/sh', '-c', 'exit 1'], cmd: [] } as const;

/** A container that has come up, unless the operation was called off meanwhile: then it is ended again. */
export async function startedContainer(
  starting: Promise<MachineProcess | null>,
  op: AbortSignal,
): Promise<MachineProcess | null> {
  const started = await starting;
  if (!op.aborted) return started;
  await started?.stop({ signal: 'SIGKILL', timeoutMs: 0 });
  throw op.reason;
}

/** Makes ready what a machine is about to start with, and gives it its port. Throws when the operation is called off. */
export async function readyPort(
  { runtime, logs }: Pick<SupervisorDeps, 'runtime' | 'logs'>,
  start: { readonly machine: MachineRecord; readonly spec: LaunchSpec; readonly op: AbortSignal },
): Promise<number> {
  const { machine, spec, op } = start;
  op.throwIfAborted();
  await spec.prepare?.((line) => logs.of(machine.id).say(line));
  op.throwIfAborted();
  const port = await runtime.reservePort(machine.id, machine.port);
  op.throwIfAborted();
  return port;
}
