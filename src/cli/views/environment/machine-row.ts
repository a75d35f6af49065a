import { sizeOf, sizeWords } from '../../../pipeline/drift.ts';
import type { MachineStatus } from '../../environment/environment-status.ts';
import type { Paint } from '../text/paint.ts';
import { formatAgo, formatDuration, formatTime } from '../text/time.ts';

/** The columns of {@link machineRow}. */
export const MACHINE_COLUMNS: readonly string[] = [
  'machine',
  'region',
  'state',
  'health',
  'release',
  'size',
  'since',
];

/** One machine in a table: what it runs, how it is, and why it is so. */
export function machineRow(
  machine: MachineStatus,
  options: { live: string | null; now: number; colors: Paint },
): string[] {
  const { colors, live, now } = options;
  const size = sizeOf(machine);
  return [
    machine.id,
    machine.region,
    stateWord(machine, colors),
    healthWord(machine, colors),
    releaseWord(machine, live, colors),
    size === null ? (machine.memoryMb === null ? '' : `${machine.memoryMb} MB`) : sizeWords(size),
    sinceWords(machine, now, colors),
  ];
}

function stateWord(machine: MachineStatus, { green, yellow, red, blue }: Paint): string {
  if (!machine.reachable) return red('host unreachable');
  if (machine.cordoned) return yellow(`${machine.state}, cordoned`);
  if (machine.state === 'started') return green('started');
  if (isCrashed(machine)) return red('stopped');
  if (machine.state === 'suspended') return blue('suspended');
  return machine.state === 'stopped' && machine.wakesOnRequest ? blue('asleep') : yellow(machine.state);
}

/** Its process ended with a failure, and nothing started it again. */
function isCrashed(machine: MachineStatus): boolean {
  return machine.rest?.by === 'itself' && machine.rest.exitCode !== 0;
}

function healthWord({ state, healthy, reachable }: MachineStatus, { dim, green, red }: Paint): string {
  // The checks of a machine that does not run say nothing.
  if (healthy === null || state !== 'started' || !reachable) return dim('–');
  return healthy ? green('healthy') : red('unhealthy');
}

function releaseWord({ release }: MachineStatus, live: string | null, { yellow }: Paint): string {
  return release === live ? (release ?? '') : yellow(`${release ?? '?'} (not the live one)`);
}

function sinceWords(machine: MachineStatus, now: number, { yellow, red }: Paint): string {
  if (machine.state === 'started') {
    const since = machine.startedAt === null ? '' : formatAgo(machine.startedAt, now);
    return [since, wokeWords(machine)].filter((part) => part !== '').join(', ');
  }
  const rest = isCrashed(machine) ? red(restWords(machine, now)) : restWords(machine, now);
  const wakes = machine.wakesOnRequest && isAtRest(machine) ? 'wakes on the next request' : '';
  const unproven = machine.isUnproven ? yellow('unproven: this release never ran there') : '';
  return [rest, wakes, unproven].filter((part) => part !== '').join(', ');
}

/** `woke in 0.42 s at 10:31`; where only the platform's events tell, `booted`: the app may have answered later. */
function wokeWords({ wake, coldStartMs }: MachineStatus): string {
  if (wake === null) return '';
  const [word, ms] = coldStartMs === null ? ['booted', wake.bootMs] : ['woke', coldStartMs];
  return `${word} in ${coldStartWords(ms)} at ${formatTime(wake.at)}`;
}

/** A cold start in seconds, so that fast and slow ones are read alike: `0.42 s`. */
export function coldStartWords(ms: number): string {
  return ms < 60_000 ? `${(ms / 1000).toFixed(2)} s` : formatDuration(ms);
}

function restWords({ rest, state }: MachineStatus, now: number): string {
  if (rest === null) return '';
  const ago = formatAgo(rest.at, now);
  if (rest.by === 'itself') {
    return rest.exitCode === 0 ? `ended by itself ${ago}` : `crashed ${ago} (exit code ${rest.exitCode})`;
  }
  const word = state === 'suspended' ? 'suspended' : 'stopped';
  return rest.by === 'hand' ? `${word} by hand ${ago}` : `${word} ${ago}`;
}

function isAtRest({ state }: MachineStatus): boolean {
  return state === 'stopped' || state === 'suspended';
}
