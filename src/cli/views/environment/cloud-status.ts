import type { CloudStatus } from '../../../cloud/control/cloud-status.ts';
import { counted } from '../text/counted.ts';
import { faultLine } from './fault-line.ts';
import { paint } from '../text/paint.ts';
import { renderTable } from '../text/table.ts';
import { formatDuration } from '../text/time.ts';

/** `width` is that of the tables. */
interface StatusOptions {
  readonly color: boolean;
  readonly width: number;
}

/** The local cloud for people: every app with its machines and traffic, every database, every fault. */
export function renderCloudStatus(status: CloudStatus, options: StatusOptions): string {
  const { bold, dim, cyan, green, yellow, red } = paint(options.color);
  const lines = [
    `${green('●')} ${bold('local cloud')}  ${dim(`up ${formatDuration(status.uptimeMs)} · process ${status.pid} · ${megabytes(status.memoryBytes)} · ${machinesLine(status.machines)}`)}`,
    '',
    renderTable(
      ['service', 'address', 'holds'].map(dim),
      status.services.map(({ name, url, holds }) => [name, cyan(url), counted(holds, HELD[name] ?? 'thing')]),
      options.width,
    ).trimEnd(),
  ];
  if (status.apps.length > 0) {
    const rows = status.apps.flatMap((app) =>
      app.machines.map((machine, index) => [
        index === 0 ? app.name : '',
        machine.id,
        machine.region,
        machine.state === 'started' ? green(machine.state) : yellow(machine.state),
        machine.routable === null ? '' : machine.routable ? green('routed') : red('not routed'),
        machine.container?.slice(0, 12) ?? (machine.pid === null ? '' : String(machine.pid)),
        machine.cpuPercent === null ? '' : `${machine.cpuPercent.toFixed(0)} %`,
        machine.memoryBytes === null ? '' : megabytes(machine.memoryBytes),
      ]),
    );
    lines.push(
      '',
      renderTable(
        ['app', 'machine', 'region', 'state', 'edge', 'runs as', 'CPU', 'memory'].map(dim),
        rows,
        options.width,
      ).trimEnd(),
    );
    const addresses = status.apps.flatMap(({ name, url, traffic }) =>
      url === null
        ? []
        : [
            [
              name,
              cyan(url),
              ...(traffic === null
                ? []
                : [counted(traffic.requests, 'request'), counted(traffic.errors, 'error')]),
            ],
          ],
    );
    if (addresses.length > 0)
      lines.push(
        '',
        renderTable(['app', 'address', 'answered', 'failed'].map(dim), addresses, options.width).trimEnd(),
      );
  }
  if (status.databases.length > 0) lines.push('', databaseTable(status, options));
  if (status.neon.length > 0) {
    const rows = status.neon.map((branch, index) => [
      status.neon[index - 1]?.project === branch.project ? '' : branch.projectName,
      branch.branchName,
      branch.branch,
      branch.ports.map((port) => cyan(`127.0.0.1:${port}`)).join(' ') || dim('no compute'),
      branch.isDefault ? green('default') : '',
    ]);
    lines.push(
      '',
      renderTable(['project', 'branch', 'id', 'compute', ''].map(dim), rows, options.width).trimEnd(),
    );
  }
  if (status.github.length > 0) lines.push('', repositoryTable(status, options));
  if (status.faults.length > 0) lines.push('');
  for (const fault of status.faults) lines.push(`  ${red('fault')} ${faultLine(fault)}`);
  return `${lines.join('\n')}\n`;
}

/** Every database, and how branches of them are made. */
function databaseTable({ databases, databaseCopies }: CloudStatus, options: StatusOptions): string {
  const { dim, green, yellow } = paint(options.color);
  const rows = databases.map((database) => [
    database.name ?? database.id,
    database.state === 'running' ? green(database.state) : yellow(database.state),
    `127.0.0.1:${database.port}`,
    String(database.connections),
    database.memoryBytes === null ? '' : megabytes(database.memoryBytes),
    megabytes(database.sizeBytes),
  ]);
  const heads = ['database', 'state', 'address', 'connections', 'memory', 'size'];
  const copies = databaseCopies === 'reflink' ? 'share blocks with their source' : 'are plain copies';
  return `${renderTable(heads.map(dim), rows, options.width).trimEnd()}\n${dim(`  branches ${copies}`)}`;
}

/** Every repository of the local GitHub. */
function repositoryTable({ github }: CloudStatus, options: StatusOptions): string {
  const { dim, cyan } = paint(options.color);
  const rows = github.map((one) => [
    one.repository,
    cyan(one.url),
    one.isPrivate ? 'private' : 'public',
    one.defaultBranch,
    counted(one.openPulls, 'open pull request'),
    one.runs === 0
      ? ''
      : `${counted(one.runs, 'run')}${one.activeRuns === 0 ? '' : `, ${one.activeRuns} active`}`,
    one.hooks === 0 ? '' : counted(one.hooks, 'hook'),
    one.forkOf === null ? '' : dim(`fork of ${one.forkOf}`),
  ]);
  return renderTable(
    ['repository', 'address', '', 'branch', '', '', '', ''].map(dim),
    rows,
    options.width,
  ).trimEnd();
}

/** What each service holds. */
const HELD: Readonly<Record<string, string>> = {
  fly: 'app',
  'managed-postgres': 'cluster',
  neon: 'project',
  github: 'repository',
  registry: 'image',
  edge: 'address',
};

/** How machines run, and why not otherwise. */
function machinesLine({ asked, mode, engine }: CloudStatus['machines']): string {
  if (mode === 'container') return `machines as containers, ${engine ?? 'engine unknown'}`;
  return asked === 'process' ? 'machines as processes' : 'machines as processes: no container engine answers';
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_048_576).toFixed(0)} MB`;
}
