import type { ObservedMachine } from '../../providers/app-platform.ts';
import { paint, type Paint } from './paint.ts';
import { statusColor } from './run-frame.ts';
import { renderTable } from './table.ts';
import { formatAgo } from './time.ts';

/** One environment as `status` shows it. */
export interface EnvironmentStatus {
  readonly environment: string;
  /** False where no token is set, so that nothing could be read. */
  readonly isReadable: boolean;
  readonly live: {
    readonly release: string;
    readonly commit: string;
    readonly at: number;
    readonly by: string;
    readonly runId: string;
  } | null;
  /** Runs that hold or wait for it. */
  readonly runs: readonly { readonly id: string; readonly title: string; readonly status: string }[];
  readonly apps: readonly {
    readonly name: string;
    readonly platformName: string;
    readonly url: string | null;
    /** Null when the app does not exist. */
    readonly machines: readonly ObservedMachine[] | null;
  }[];
}

/** An environment for people: its release, who holds it, and every machine with its health. */
export function renderEnvironmentStatus(
  status: EnvironmentStatus,
  options: { color: boolean; now: number },
): string {
  const colors = paint(options.color);
  const { bold, dim, cyan } = colors;
  const live =
    status.live === null
      ? dim('nothing deployed yet')
      : `${bold(status.live.release)} ${dim(`since ${formatAgo(status.live.at, options.now)}, by ${status.live.by}`)}`;
  const lines = [`${bold(status.environment)}  ${live}`];
  for (const run of status.runs)
    lines.push(`  ${statusColor(run.status, colors)} ${run.title} ${dim(run.id)}`);
  if (!status.isReadable) lines.push(dim('  no token: the platform was not read'));
  const rows = status.apps.flatMap((app) => appRows(app, status.live?.release ?? null, colors, options.now));
  if (rows.length > 0)
    lines.push(
      renderTable(
        ['app', 'machine', 'region', 'state', 'health', 'release', 'memory', 'since'].map(dim),
        rows,
      ).trimEnd(),
    );
  for (const app of status.apps)
    if (app.url !== null) lines.push(`  ${app.name.padEnd(14)} ${cyan(app.url)}`);
  return `${lines.join('\n')}\n\n`;
}

function appRows(
  app: EnvironmentStatus['apps'][number],
  live: string | null,
  colors: Paint,
  now: number,
): string[][] {
  const { dim, green, red, yellow } = colors;
  if (app.machines === null) return [[app.name, dim('none'), '', '', '', '', '', '']];
  return app.machines.map((machine, index) => [
    index === 0 ? app.name : '',
    machine.id,
    machine.region,
    machine.state === 'started'
      ? green('started')
      : yellow(machine.cordoned ? `${machine.state}, cordoned` : machine.state),
    machine.healthy === null ? dim('–') : machine.healthy ? green('healthy') : red('unhealthy'),
    machine.release === live
      ? (machine.release ?? '')
      : yellow(`${machine.release ?? '?'} (not the live one)`),
    machine.memoryMb === null ? '' : `${machine.memoryMb} MB`,
    machine.startedAt === null ? '' : formatAgo(machine.startedAt, now),
  ]);
}
