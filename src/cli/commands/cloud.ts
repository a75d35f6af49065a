import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import type { MachinesRequest } from '../../cloud/containers/machines-mode.ts';
import type { StoppedCloud } from '../../cloud/control/stop.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { makeStateDir } from '../project/make-state-dir.ts';
import { openControl } from '../platforms/open-control.ts';
import { tableWidth, writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { requireNoRunUnderWay } from '../runs/runs-under-way.ts';
import { renderCloudStatus } from '../views/environment/cloud-status.ts';
import { paint } from '../views/text/paint.ts';
import { cloudDirOf, openProject } from '../project/open-project.ts';

/** Options of `cloud up`. */
export interface CloudUpOptions {
  readonly port: number | null;
  readonly edgePort: number | null;
  readonly idle: string | null;
  /** `auto`, `process` or `container`; null: auto. */
  readonly machines: string | null;
}

/** `glidepath cloud up`: starts the local cloud of this project; fails when it runs already. */
export async function cloudUp(context: CommandContext, options: CloudUpOptions): Promise<ExitCode> {
  const { root } = await openProject(context);
  const cloud = await launch(context, root, options);
  if (context.output.json) writeJson(context.output, publicInfo(cloud));
  else sayAddresses(context, cloud);
  return EXIT.ok;
}

/** The running cloud of a project; started when it is not. */
export async function ensureCloud(context: CommandContext, root: string): Promise<CloudInfo> {
  const { readCloud } = await import('../../cloud/control/client.ts');
  const running = await readCloud(cloudDirOf(root));
  if (running !== null) return running;
  const cloud = await launch(context, root, { port: null, edgePort: null, idle: null, machines: null });
  if (!context.output.json) sayAddresses(context, cloud);
  return cloud;
}

async function launch(context: CommandContext, root: string, options: CloudUpOptions): Promise<CloudInfo> {
  for (const port of [options.port, options.edgePort]) {
    if (port === null || (Number.isInteger(port) && port >= 0 && port <= 65_535)) continue;
    throw new ToolError('CLI_USAGE', 'A port is a number from 0 to 65535; 0 takes any that is free.', {
      hint: 'glidepath cloud up --port 4280',
    });
  }
  const machines = machinesRequest(options.machines);
  makeStateDir(root, cloudDirOf(root));
  const { launchCloud } = await import('../../cloud/control/launch.ts');
  const idle = options.idle === null ? {} : { idleMs: await durationMs(options.idle) };
  return withProgress(context, 'Starting the local cloud', () =>
    launchCloud({
      stateDir: cloudDirOf(root),
      ...(options.port === null ? {} : { port: options.port }),
      ...(options.edgePort === null ? {} : { edgePort: options.edgePort }),
      ...idle,
      machines,
    }),
  );
}

function machinesRequest(text: string | null): MachinesRequest {
  if (text === null) return 'auto';
  if (text === 'auto' || text === 'process' || text === 'container') return text;
  throw new ToolError('CLI_USAGE', `"${text}" is not a way to run machines.`, {
    hint: 'glidepath cloud up --machines auto, process or container',
  });
}

async function durationMs(text: string): Promise<number> {
  const { parseDuration } = await import('../../config/resolve/parse-duration.ts');
  const parsed = parseDuration(text);
  if (parsed !== null) return parsed;
  throw new ToolError('CLI_USAGE', `"${text}" is not a duration.`, { hint: 'Write it like 5s or 2m.' });
}

function sayAddresses(context: CommandContext, cloud: CloudInfo): void {
  const { bold, cyan, dim, green } = paint(context.output.color);
  context.output.write(
    [
      `${green('✓')} ${bold('The local cloud is up.')} ${dim(`process ${cloud.pid}`)}`,
      `  platform APIs   ${cyan(`http://127.0.0.1:${cloud.apiPort}`)}`,
      `  apps            ${cyan(`http://<app>.localhost:${cloud.edgePort}`)}`,
      `  machines        ${cloud.machines.mode === 'container' ? `containers, ${cloud.machines.engine}` : 'processes'}`,
      `  databases       ${cloud.databaseCopies === 'reflink' ? 'branches share blocks with their source (reflink)' : 'branches are plain copies: this disk shares no blocks'}`,
      `  ${dim('Deploy to it: glidepath deploy <environment> --local')}`,
      '',
    ].join('\n'),
  );
}

function publicInfo(cloud: CloudInfo): Omit<CloudInfo, 'token'> {
  const { token: _token, ...rest } = cloud;
  return rest;
}

/** `glidepath cloud down`: ends it with everything it started, and proves it. */
export async function cloudDown(context: CommandContext, options: { isForced: boolean }): Promise<ExitCode> {
  if (!options.isForced) await requireNoRunUnderWay(context, 'glidepath cloud down');
  const { root } = await openProject(context);
  const { stopCloud } = await import('../../cloud/control/stop.ts');
  const stopped = await withProgress(context, 'Stopping the local cloud', () => stopCloud(cloudDirOf(root)));
  if (context.output.json) writeJson(context.output, stopped);
  else if (!stopped.wasRunning) context.output.write('The local cloud was not running.\n');
  else context.output.write(`The local cloud is down; ${counted(stopped)} stopped, none left.\n`);
  return EXIT.ok;
}

function counted({ ended, containers }: StoppedCloud): string {
  const processes = `${ended} ${ended === 1 ? 'process' : 'processes'}`;
  if (containers === 0) return processes;
  return `${processes} and ${containers} ${containers === 1 ? 'container' : 'containers'}`;
}

/** `glidepath cloud status`. */
export async function cloudStatus(context: CommandContext): Promise<ExitCode> {
  const { cloud } = await openControl(context);
  const control = await import('../../cloud/control/client.ts');
  const status = await control.cloudStatus(cloud);
  if (context.output.json) writeJson(context.output, status);
  else
    context.output.write(
      renderCloudStatus(status, { color: context.output.color, width: tableWidth(context.output) }),
    );
  return EXIT.ok;
}

/** `glidepath cloud reset`: everything gone, the cloud still up. */
export async function cloudReset(context: CommandContext, options: { isForced: boolean }): Promise<ExitCode> {
  const { cloud } = await openControl(context);
  if (!options.isForced) await requireNoRunUnderWay(context, 'glidepath cloud reset');
  const { resetCloud } = await import('../../cloud/control/client.ts');
  await withProgress(context, 'Emptying the local cloud', () => resetCloud(cloud));
  if (context.output.json) writeJson(context.output, { reset: true });
  else context.output.write('The local cloud is empty: no app, database or image is left.\n');
  return EXIT.ok;
}
