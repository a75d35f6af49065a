import type { ObservedDatabase } from '../../../providers/database-platform.ts';
import { unreachable } from '../../../util/assert.ts';
import type { DatabaseStatus } from '../../databases/database-status.ts';
import type { Paint } from '../text/paint.ts';
import { formatAgo } from '../text/time.ts';

/** The columns of {@link databaseRow}. */
export const DATABASE_COLUMNS: readonly string[] = [
  'database',
  'on',
  'called',
  'region',
  'state',
  'data',
  'back to',
];

/** One database in a table: where it is, whether it sleeps, and how far back its data can be had. */
export function databaseRow(
  { name, provider, seen, problem }: DatabaseStatus,
  { now, colors }: { now: number; colors: Paint },
): string[] {
  const on = WORDS[provider];
  if (problem !== null) return [name, on, '', '', colors.yellow('not seen')];
  if (seen === null) return [name, on, colors.dim('none')];
  return [
    name,
    on,
    seen.version === null ? seen.platformName : `${seen.platformName} (Postgres ${seen.version})`,
    seen.region ?? '',
    stateWord(seen, colors) + (seen.isProtected ? ', protected' : ''),
    seen.sizeBytes === null ? '' : `${(seen.sizeBytes / 1e6).toFixed(1)} MB`,
    seen.restorableFrom === null ? '' : formatAgo(seen.restorableFrom, now),
  ];
}

const WORDS: Readonly<Record<DatabaseStatus['provider'], string>> = {
  neon: 'Neon',
  'fly-postgres': 'Fly',
  external: 'its own',
};

function stateWord({ state }: ObservedDatabase, { green, blue, yellow, red }: Paint): string {
  switch (state) {
    case 'ready':
      return green('ready');
    case 'asleep':
      return blue('asleep');
    case 'busy':
      return yellow('busy');
    case 'failed':
      return red('failed');
    default:
      return unreachable(state);
  }
}
