import { DOMAIN_WORDS, dnsTable } from '../../../pipeline/dns-table.ts';
import { lostMachines } from '../../../pipeline/drift.ts';
import type { DomainState } from '../../../providers/app-platform.ts';
import type { AppStatus, EnvironmentStatus } from '../../environment/environment-status.ts';
import { DATABASE_COLUMNS, databaseRow } from '../database/database-row.ts';
import { driftLines } from './drift.ts';
import { MACHINE_COLUMNS, machineRow } from './machine-row.ts';
import { paint, type Paint } from '../text/paint.ts';
import { localHint } from '../problem.ts';
import { statusColor } from '../run/run-frame.ts';
import { renderTable } from '../text/table.ts';
import { formatAgo } from '../text/time.ts';

/** How a status is shown; `width` is that of its tables. */
interface StatusOptions {
  readonly color: boolean;
  readonly width: number;
  readonly now: number;
  readonly isLocal: boolean;
}

/** An environment for people: its release, who holds it, and every machine with its health. */
export function renderEnvironmentStatus(status: EnvironmentStatus, options: StatusOptions): string {
  const colors = paint(options.color);
  const { bold, dim, cyan } = colors;
  const live =
    status.live === null
      ? nothingLive(status, dim, options.isLocal)
      : `${bold(status.live.release)} ${dim(`since ${formatAgo(status.live.at, options.now)}, by ${status.live.by}`)}`;
  const lines = [`${bold(status.environment)}  ${live}`];
  const artifact = status.live?.artifact ?? null;
  if (artifact !== null) {
    const signed = artifact.signedBy === null ? 'not signed' : `signed by ${artifact.signedBy}`;
    lines.push(dim(`  manifest ${artifact.manifest.slice(0, 19)}, provenance ${signed}`));
  }
  for (const run of status.runs) {
    const word = run.isLeftBehind ? colors.yellow('left behind') : statusColor(run.status, colors);
    const next = nextCommand(run);
    const hint = next === null ? '' : `  ${cyan('→')} ${localHint(next, options.isLocal)}`;
    lines.push(`  ${word} ${run.title} ${dim(run.id)}${hint}`);
  }
  if (status.problem !== null) {
    lines.push(`  ${colors.yellow('!')} ${status.problem.message}`);
    if (status.problem.hint !== undefined) lines.push(`    ${cyan('→')} ${status.problem.hint}`);
  }
  // Where nothing was ever deployed, a table of nothing says no more than that.
  const isKnown =
    status.isReadable && (status.live !== null || status.apps.some((app) => app.machines !== null));
  if (isKnown) lines.push(...appLines(status, colors, options));
  if (isKnown || status.databases.some(({ seen }) => seen !== null))
    lines.push(...databaseLines(status, colors, options));
  return `${lines.join('\n')}\n\n`;
}

/** No release is on record in this clone; what is on the platform may still have been deployed from another. */
function nothingLive(status: EnvironmentStatus, dim: Paint['dim'], isLocal: boolean): string {
  if (status.problem !== null) return dim('no release is on record here');
  if (status.apps.some((app) => (app.machines ?? []).length > 0))
    return dim('no release is on record here; this is what runs:');
  return `${dim('nothing deployed yet:')} ${localHint(`glidepath deploy ${status.environment}`, isLocal)}`;
}

/** Machines, addresses and volumes of every app, then what is not as it should be. */
function appLines(
  status: EnvironmentStatus,
  colors: Paint,
  { now, isLocal, width }: StatusOptions,
): string[] {
  const { dim, cyan } = colors;
  const rows = status.apps.flatMap((app) => appRows(app, status.live?.release ?? null, colors, now));
  const lines = rows.length === 0 ? [] : [table(['app', ...MACHINE_COLUMNS], rows, { colors, width })];
  for (const app of status.apps)
    if (app.url !== null) lines.push(`  ${app.name.padEnd(14)} ${cyan(app.url)}`);
  const volumes = status.apps.flatMap((app) => volumeRows(app, colors));
  if (volumes.length > 0) {
    lines.push(table(['volume', 'app', 'name', 'region', 'size', 'machine'], volumes, { colors, width }));
  }
  const domains = status.apps.flatMap((app) => domainRows(app, colors));
  if (domains.length > 0) lines.push(table(['domain', 'app', 'state'], domains, { colors, width }));
  for (const domain of status.apps.flatMap((app) => app.domains))
    if (domain.state === 'awaiting-dns') lines.push(...recordLines(domain, colors));
  const isChanging = status.runs.some((run) => run.status === 'running' && !run.isLeftBehind);
  for (const app of status.apps) {
    const next = isChanging ? null : waysOut(status.environment, isLocal);
    lines.push(...versionLines(app, next, colors));
    lines.push(...lostLines(app, colors));
    if (app.drift === null) continue;
    const at = { app: app.name, environment: status.environment };
    lines.push(...driftLines(app.drift, { ...at, now, colors }));
  }
  return lines.concat(lines.length === 0 ? dim('  no app') : []);
}

function databaseLines(
  { databases }: EnvironmentStatus,
  colors: Paint,
  { now, width }: StatusOptions,
): string[] {
  if (databases.length === 0) return [];
  const lines = [
    table(
      DATABASE_COLUMNS,
      databases.map((database) => databaseRow(database, { now, colors })),
      { colors, width },
    ),
  ];
  for (const { problem } of databases) {
    if (problem === null) continue;
    lines.push(`  ${colors.yellow('!')} ${problem.message}`);
    if (problem.hint !== undefined) lines.push(`    ${colors.cyan('→')} ${problem.hint}`);
  }
  return lines;
}

function table(
  header: readonly string[],
  rows: readonly (readonly string[])[],
  { colors, width }: { colors: Paint; width: number },
): string {
  return renderTable(header.map(colors.dim), rows, width).trimEnd();
}

/** Two releases at once are what a failed deployment leaves behind; said loudly unless one is under way. */
function versionLines(app: AppStatus, next: string | null, colors: Paint): string[] {
  if (app.versions.length < 2) return [];
  const { bold, dim, red, cyan } = colors;
  const words = app.versions.map(
    ({ release, machines }) =>
      `${release ?? 'an image that nobody recorded'} on ${machines.length === 1 ? `machine ${machines[0]}` : `${machines.length} machines`}`,
  );
  const text = `${bold(app.name)} runs ${app.versions.length} versions at once: ${words.join(', ')}`;
  if (next === null) return [`  ${dim('…')} ${text}, while a run is in progress`];
  return [`  ${red('✗')} ${red(text)}`, `    ${cyan('→')} ${next}`];
}

/** A machine whose host is lost comes back with what it ran: whoever has another in its place takes it away. */
function lostLines(app: AppStatus, { red, bold, cyan }: Paint): string[] {
  return lostMachines(app.machines ?? []).flatMap(({ id, region }) => [
    `  ${red('✗')} ${bold(app.name)}: ${red(`machine ${id} is on a host in ${region} that Fly cannot reach`)}; it serves no traffic`,
    `    ${cyan('→')} a deployment replaces it; then remove it: fly machine destroy --force ${id} -a ${app.platformName}`,
  ]);
}

function waysOut(environment: string, isLocal: boolean): string {
  const commands = [`glidepath deploy ${environment}`, `glidepath rollback ${environment}`];
  return commands.map((command) => localHint(command, isLocal)).join(', or ');
}

function domainRows(app: AppStatus, { green, yellow }: Paint): string[][] {
  return app.domains.map((domain) => [
    domain.hostname,
    app.name,
    (domain.state === 'issued' ? green : yellow)(DOMAIN_WORDS[domain.state]) +
      // Of records that are missing it stands below them.
      (domain.detail === null || domain.state === 'awaiting-dns' ? '' : ` (${domain.detail})`),
  ]);
}

function recordLines(domain: DomainState, { cyan }: Paint): string[] {
  return [
    `    ${cyan('→')} DNS records for ${domain.hostname}:`,
    ...dnsTable(domain).map((line) => `    ${line}`),
  ];
}

function volumeRows(app: AppStatus, { yellow }: Paint): string[][] {
  return app.volumes.map((volume) => [
    volume.id,
    app.name,
    volume.name,
    volume.region,
    `${volume.sizeGb} GB`,
    volume.machine ?? yellow('none; it is kept, and billed'),
  ]);
}

/** What is said when only environments were asked for that come and go by themselves. */
export function renderNothingStands(
  environments: readonly { readonly name: string; readonly kind: string }[],
): string {
  if (environments.length === 0) return 'The project has no environment: add one to glidepath.config.ts.\n';
  const lines = environments.map((environment) =>
    environment.kind === 'review'
      ? `${environment.name} is created for each pull request; nothing of it exists on its own.`
      : `${environment.name} exists only while tests run.`,
  );
  return `${lines.join('\n')}\n`;
}

function nextCommand(run: EnvironmentStatus['runs'][number]): string | null {
  if (run.isLeftBehind || run.status === 'interrupted') return `glidepath run resume ${run.id}`;
  return run.status === 'waiting' ? `glidepath approve ${run.id}` : null;
}

function appRows(app: AppStatus, live: string | null, colors: Paint, now: number): string[][] {
  if (app.machines === null) return [[app.name, colors.dim('none')]];
  if (app.machines.length === 0) return [[app.name, colors.yellow('no machine')]];
  return app.machines.map((machine, index) => [
    index === 0 ? app.name : '',
    ...machineRow(machine, { live, now, colors }),
  ]);
}
