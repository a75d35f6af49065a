import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../../util/clock.ts';
import { ownFile } from '../../util/own-file.ts';
import { processIdentity } from '../machines/process-table.ts';
import { readIfThere, writePrivately } from '../server/private-file.ts';

/*
 * A cloud that is killed cannot end what it has started. So a shell reads from a pipe that only the cloud can write into.
 * A word means that all is in order. The end of the pipe without one means that the cloud is gone, however it went, and
 * the shell becomes the program that ends what is left (`cloud/guard`):
 *
 *   cloud ──pipe──► sh: read ── a word ──► exit
 *                       └────── end ─────► node: wait for a successor, else end servers, machines, containers
 *
 * As with the servers of checks (docs/decisions/0025), nothing has to be told when the cloud dies, and until then it
 * costs a shell that sleeps.
 */
const SCRIPT = `read -r _ && exit
exec "$@"`;

/** How long a cloud that was killed may be followed by the next one, which then takes its servers over. */
const LINGER_MS = 10_000;
/** Servers get ten seconds and machines five before they are killed; twice that is not slow but stuck. */
const ENDING_MS = 30_000;
const LOOK_MS = 25;

const running = z.object({ pid: z.int(), identity: z.string() });
const schema = z.object({ guard: running, cloud: running });
type RunningProcess = z.infer<typeof running>;

/** What ends the processes of a cloud that ended without doing so itself. */
export interface OrphanGuard {
  /** Sends it away: the cloud ends in order, or leaves its processes to the next one on purpose. */
  dismiss(): Promise<void>;
}

/**
 * Starts the guard of the cloud that runs in this process. The state directory must be locked. `lingerMs`: how long after
 * a kill its processes go on, for the next cloud to adopt them.
 */
export function startOrphanGuard(stateDir: string, lingerMs: number = LINGER_MS): OrphanGuard {
  const command = [process.execPath, ownFile('cloud/guard'), stateDir, String(lingerMs)];
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...command], {
    cwd: '/',
    // Neither a Ctrl-C in our terminal nor the end of our session is meant for it.
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  child.unref();
  child.stdin.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  if (child.pid !== undefined)
    writePrivately(fileOf(stateDir), JSON.stringify({ guard: of(child.pid), cloud: of(process.pid) }));
  return {
    async dismiss() {
      child.ref();
      child.stdin.end('dismissed\n');
      await ended;
      rmSync(fileOf(stateDir), { force: true });
    },
  };
}

/**
 * Sends away the guard of a cloud that was killed; one that is at work already is waited for. The guard of a cloud that
 * runs stays.
 */
export async function dismissOrphanGuard(stateDir: string, clock: Clock): Promise<void> {
  const guard = orphanGuardOf(stateDir);
  if (guard === null) return;
  signal(guard, 'SIGTERM');
  if (await gone(guard, clock)) return;
  signal(guard, 'SIGKILL');
  await gone(guard, clock);
}

/** Waits for the guard of a cloud that was killed; not for that of one that runs. */
export async function whenOrphansEnded(stateDir: string, clock: Clock): Promise<void> {
  const guard = orphanGuardOf(stateDir);
  if (guard !== null) await gone(guard, clock);
}

/** Null where there is none, or where its cloud still runs. */
function orphanGuardOf(stateDir: string): RunningProcess | null {
  const parsed = schema.safeParse(parse(readIfThere(fileOf(stateDir)) ?? ''));
  if (!parsed.success) return null;
  const { guard, cloud } = parsed.data;
  return isRunning(guard) && !isRunning(cloud) ? guard : null;
}

async function gone(process: RunningProcess, clock: Clock): Promise<boolean> {
  const deadline = clock.now() + ENDING_MS;
  while (isRunning(process)) {
    if (clock.now() >= deadline) return false;
    await clock.sleep(LOOK_MS);
  }
  return true;
}

function signal(to: RunningProcess, name: NodeJS.Signals): void {
  try {
    process.kill(to.pid, name);
  } catch {
    // It ended between the look and the signal.
  }
}

function isRunning({ pid, identity }: RunningProcess): boolean {
  return processIdentity(pid) === identity;
}

function of(pid: number): RunningProcess {
  return { pid, identity: processIdentity(pid) ?? '' };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}

function fileOf(stateDir: string): string {
  return join(stateDir, 'guard.json');
}
