import { existsSync, realpathSync, rmSync } from 'node:fs';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { systemClock } from '../../util/clock.ts';
import { processIdentity } from '../machines/process-table.ts';
import { countContainers, removeLeftContainers } from '../containers/engine-file.ts';
import { askCloud, readCloud } from './client.ts';
import { cloudFileOf } from './cloud-info.ts';
import type { CloudInfo } from './cloud-info.ts';
import { endProcesses, processesOfCloud } from './left-processes.ts';
import type { LeftProcess } from './left-processes.ts';
import { dismissOrphanGuard } from './orphan-guard.ts';

/** Machines get up to ten seconds each, all at the same time, then Postgres ends; twice that is not slow but stuck. */
const GRACEFUL_MS = 30_000;
/** After SIGTERM the daemon does the same once more, with what is left. */
const TERM_MS = 15_000;
const LOOK_MS = 25;

/** How `cloud down` went. */
export interface StoppedCloud {
  readonly wasRunning: boolean;
  /** Processes that ran before and do not any more: the daemon, machines, Postgres servers. */
  readonly ended: number;
  /** Containers that there were before and are not any more. */
  readonly containers: number;
  /** Those among them that the daemon itself had not ended: it was killed, or something escaped it. */
  readonly strays: readonly { readonly pid: number; readonly command: string }[];
}

/**
 * Ends the local cloud of a state directory with every process it started, a killed cloud's too, and looks afterwards
 * whether that is so. Throws `CLOUD_STOP_FAILED` naming what could not be ended.
 */
export async function stopCloud(stateDir: string): Promise<StoppedCloud> {
  const cloud = await readCloud(stateDir);
  if (cloud === null && !existsSync(stateDir))
    return { wasRunning: false, ended: 0, containers: 0, strays: [] };
  const dir = realpathSync(stateDir);
  const before = processesOfCloud(dir, new Set(cloud === null ? [] : [cloud.pid]));
  const containersBefore = await countContainers(dir);
  if (cloud !== null) await endDaemon(cloud);
  await dismissOrphanGuard(dir, systemClock);
  // Whoever launched it may have been killed before it could write where it is.
  const strays = processesOfCloud(dir, new Set());
  const left = await endProcesses(strays, systemClock);
  if (left.length > 0) throw stopFailure(left);
  const containersLeft = await removeLeftContainers(dir);
  rmSync(cloudFileOf(dir), { force: true });
  const ended = new Set([...before, ...strays].map((each) => each.pid)).size + (cloud === null ? 0 : 1);
  return {
    wasRunning: cloud !== null || strays.length > 0 || containersLeft > 0,
    ended,
    // One may have come up after the count.
    containers: Math.max(containersBefore, containersLeft),
    strays: strays.map(({ pid, command }) => ({ pid, command })),
  };
}

/** Names what still runs, and the command that ends it for good. */
export function stopFailure(left: readonly Pick<LeftProcess, 'pid' | 'command'>[]): ToolError {
  const names = left.map((each) => `${each.pid} (${each.command})`).join(', ');
  return new ToolError(
    'CLOUD_STOP_FAILED',
    `These processes of the local cloud could not be ended: ${names}.`,
    {
      hint: `kill -9 ${left.map((each) => each.pid).join(' ')}`,
    },
  );
}

async function endDaemon(cloud: CloudInfo): Promise<void> {
  try {
    await askCloud(cloud, 'POST', '/shutdown');
    if (await gone(cloud, GRACEFUL_MS)) return;
  } catch {
    // It hangs or is going down already: the signal below says the same.
  }
  kill(cloud, 'SIGTERM');
  if (await gone(cloud, TERM_MS)) return;
  kill(cloud, 'SIGKILL');
  await gone(cloud, TERM_MS);
}

async function gone(cloud: CloudInfo, withinMs: number): Promise<boolean> {
  const deadline = systemClock.now() + withinMs;
  while (processIdentity(cloud.pid) === cloud.processIdentity) {
    if (systemClock.now() >= deadline) return false;
    await systemClock.sleep(LOOK_MS);
  }
  return true;
}

function kill(cloud: CloudInfo, signal: NodeJS.Signals): void {
  if (processIdentity(cloud.pid) !== cloud.processIdentity) return;
  try {
    process.kill(cloud.pid, signal);
  } catch {
    // It ended between the look and the signal.
  }
}
