import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { RunRecord } from '../../engine/engine.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext } from '../command-context.ts';
import { openProject, stateDirOf } from '../project/open-project.ts';

/**
 * Throws CLOUD_BUSY when a process of this computer works on the local cloud right now: its machines would be gone from
 * under it. A run whose process was killed holds nothing up.
 */
export async function requireNoRunUnderWay(context: CommandContext, command: string): Promise<void> {
  const { root } = await openProject(context);
  // Nothing was ever deployed to the local cloud; and asking must not make a journal.
  if (!existsSync(join(stateDirOf(root, true), 'state.db'))) return;
  const { openWorkbench } = await import('../wiring.ts');
  const bench = await openWorkbench({ ...context, isLocal: true }, { journalOnly: true });
  try {
    const running = await bench.engine.list({ statuses: ['running'] });
    const busy = running.find((run) => isAlive(run, bench.clock.now()));
    if (busy === undefined) return;
    throw new ToolError('CLOUD_BUSY', `${busy.title} is in progress on the local cloud (${busy.id}).`, {
      hint: `Wait for it: glidepath run show ${busy.id} --local. To stop the local cloud anyway: ${command} --force`,
    });
  } finally {
    await bench.close();
  }
}

/** Its lease holds, and the process that took it, named `host:pid`, is one that runs here. */
function isAlive({ owner, leaseUntil }: RunRecord, now: number): boolean {
  if (owner === null || leaseUntil === null || leaseUntil < now) return false;
  const at = owner.lastIndexOf(':');
  if (owner.slice(0, at) !== hostname()) return false;
  try {
    process.kill(Number(owner.slice(at + 1)), 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, and runs all the same.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
