import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '../../util/clock.ts';
import { removeLeftContainers } from '../containers/engine-file.ts';
import { FlyStore } from '../fly/fly-store.ts';
import { processIdentity } from '../machines/process-table.ts';
import { adoptPostmaster } from '../postgres/server/postmaster.ts';
import type { Postmaster } from '../postgres/server/postmaster.ts';
import { endProcesses, processesOfCloud } from './left-processes.ts';
import type { LeftProcess } from './left-processes.ts';

/**
 * Ends what a cloud that was killed has left running: its machines first, then the servers that they were using. Each is
 * known by more than its number, so that no stranger is hit: a server by its data directory, a machine by its start time.
 */
export async function endOrphans(stateDir: string, clock: Clock): Promise<void> {
  const servers = await serversOf(stateDir, clock);
  const except = new Set(servers.map(({ pid }) => pid));
  const others = processesOfCloud(stateDir, except).filter(({ isDaemon }) => !isDaemon);
  const seen = new Set(others.map(({ pid }) => pid));
  const machines = machinesOf(stateDir).filter(({ pid }) => !seen.has(pid));
  await endProcesses([...others, ...machines], clock);
  // A connection may have been what started one of them.
  await Promise.all((await serversOf(stateDir, clock)).map((server) => server.stop('fast')));
  await removeLeftContainers(stateDir);
}

async function serversOf(stateDir: string, clock: Clock): Promise<Postmaster[]> {
  const clusters = join(stateDir, 'postgres', 'clusters');
  const names = await readdir(clusters).catch(() => []);
  const found = await Promise.all(names.map((name) => adoptPostmaster(join(clusters, name, 'data'), clock)));
  return found.filter((server) => server !== null);
}

/**
 * The machines that run, as they were written down when they started: the only way to know them where environments cannot be
 * read. The next cloud starts them again, as after an orderly end.
 */
function machinesOf(stateDir: string): LeftProcess[] {
  const dir = join(stateDir, 'fly');
  if (!existsSync(join(dir, 'fly.db'))) return [];
  const store = new FlyStore(dir);
  try {
    return store.loadMachines().flatMap((machine) => {
      const { id, process, state } = machine;
      if (process === null) return [];
      const { pid, identity, container } = process;
      const isRunning = container !== undefined || processIdentity(pid) === identity;
      if (isRunning && state === 'started') store.saveMachine({ ...machine, startNextTime: true });
      if (!isRunning || container !== undefined) return [];
      return [{ pid, identity, command: id, endsOn: 'SIGTERM', isDaemon: false }];
    });
  } finally {
    store.close();
  }
}
