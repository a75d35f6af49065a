import { existsSync, realpathSync } from 'node:fs';
import { ToolError } from '../../diagnostics/tool-error.ts';

/**
 * Says that the local cloud of a state directory does not run, as CLOUD_NOT_RUNNING; and where it was killed, that its
 * database servers and machines go on without it.
 */
export async function cloudNotRunning(stateDir: string): Promise<ToolError> {
  const { processesOfCloud } = await import('../../cloud/control/left-processes.ts');
  const left = existsSync(stateDir) ? processesOfCloud(realpathSync(stateDir), new Set()) : [];
  const message = 'The local cloud of this project is not running';
  if (left.length === 0)
    return new ToolError('CLOUD_NOT_RUNNING', `${message}.`, { hint: 'Start it: glidepath cloud up' });
  const servers = left.filter(({ endsOn }) => endsOn === 'SIGINT').length;
  const others = left.length - servers;
  const what = [
    ...(servers === 0 ? [] : [servers === 1 ? '1 database server' : `${servers} database servers`]),
    ...(others === 0 ? [] : [others === 1 ? '1 other process' : `${others} other processes`]),
  ].join(' and ');
  return new ToolError(
    'CLOUD_NOT_RUNNING',
    `${message}: it was killed, and ${what} of it still ${left.length === 1 ? 'runs' : 'run'}.`,
    { hint: 'Take it up again: glidepath cloud up. Or end all of it: glidepath cloud down' },
  );
}
