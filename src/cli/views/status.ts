import type { ObservedMachine } from '../../providers/app-platform.ts';
import { paint, type Paint } from './paint.ts';
import { localHint } from './problem.ts';
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
  readonly runs: readonly {
    readonly id: string;
    readonly title: string;
    readonly status: string;
    /** It counts as running, and nothing was heard of its process for a whole lease. */
    readonly isLeftBehind: boolean;
  }[];
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
  options: { color: boolean; now: number; isLocal: boolean },
): string {
  const colors = paint(options.color);
  const { bold, dim, cyan } = colors;
  const live =
    status.live === null
      ? `${dim('nothing deployed yet:')} ${localHint(`glidepath deploy ${status.environment}`, options.isLocal)}`
      : `${bold(status.live.release)} ${dim(`since ${formatAgo(status.live.at, options.now)}, by ${status.live.by}`)}`;
  const lines = [`${bold(status.environment)}  ${live}`];
  for (const run of status.runs) {
    const word = run.isLeftBehind ? colors.yellow('left behind') : statusColor(run.status, colors);
    const next = nextCommand(run);
    const hint = next === null ? '' : `  ${cyan('→')} ${localHint(next, options.isLocal)}`;
    lines.push(`  ${word} ${run.title} ${dim(run.id)}${hint}`);
  }
  if (!status.isReadable) {
    lines.push(dim('  no token is set, so that the platform could not be read; the local cloud: --local'));
  }
  // Where nothing was ever deployed, a table of nothing says no more than that.
  const isKnown =
    status.isReadable && (status.live !== null || status.apps.some((app) => app.machines !== null));
  const rows = isKnown
    ? status.apps.flatMap((app) => appRows(app, status.live?.release ?? null, colors, options.now))
    : [];
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

/** What is said when only environments were asked for that come and go by themselves. */
export function renderNothingStands(
  environments: readonly { readonly name: string; readonly kind: string }[],
): string {
  if (environments.length === 0) return 'The project has no environment: add one to glidepath.config.ts.\n';
  const lines = environments.map((environment) =>
    environment.kind === 'review'
      ? `${environment.name} is made anew for each pull request; nothing of it stands by itself.`
      : `${environment.name} exists only while tests run.`,
  );
  return `${lines.join('\n')}\n`;
}

function nextCommand(run: EnvironmentStatus['runs'][number]): string | null {
  if (run.isLeftBehind || run.status === 'interrupted') return `glidepath run resume ${run.id}`;
  return run.status === 'waiting' ? `glidepath approve ${run.id}` : null;
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
