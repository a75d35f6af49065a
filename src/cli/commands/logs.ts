import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { ResolvedApp } from '../../config/resolved.ts';
import type { LogLine } from '../../providers/app-platform.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { writeJson } from '../output.ts';
import { missingToken, requireSight } from '../platforms/sight-problem.ts';
import { paint } from '../views/text/paint.ts';
import type { Workbench } from '../workbench.ts';
import { openBench, unknownApp } from './deploy.ts';

/** How often new lines are asked for with `--follow`. */
const FOLLOW_MS = 1_000;
/** What Fly's log API gives at once. */
const LINES_MAX = 10_000;

type AppLine = LogLine & { readonly app: string };

/** `glidepath logs <env> [app]`: what the machines print, every secret value that is known here as `***`. */
export async function logs(
  context: CommandContext,
  name: string,
  appName: string | null,
  options: { lines: number; follow: boolean },
): Promise<ExitCode> {
  if (!Number.isInteger(options.lines) || options.lines < 0 || options.lines > LINES_MAX) {
    throw new ToolError('CLI_USAGE', `--lines takes a whole number up to ${LINES_MAX}.`, {
      hint: 'glidepath logs production --lines 50',
    });
  }
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, name);
  const apps = environment.apps.filter((app) => appName === null || app.name === appName);
  if (apps.length === 0) {
    throw unknownApp(environment, appName ?? '');
  }
  for (const app of environment.apps) {
    for (const value of Object.values(app.env)) if (value.kind === 'secret') bench.vault.read(value.name);
  }
  const reader = bench.readerOf(environment);
  if (reader === null) {
    const problem = missingToken(environment);
    const message = problem?.message ?? `No app of ${name} is on a platform whose logs can be read.`;
    throw new ToolError(problem?.code ?? 'PROVIDER_NOT_SUPPORTED', message, { hint: problem?.hint });
  }
  const read = (since: number | null): Promise<AppLine[]> =>
    readLines(reader, apps, Math.max(1, options.lines), since);
  const first = await read(null);
  if (first.length === 0) await requireSight(reader, name, apps);
  print(context, bench, options.lines === 0 ? [] : first.slice(-options.lines));
  if (first.length === 0 && !context.output.json)
    context.output.error(`${apps.map((app) => app.name).join(', ')} of ${name} has logged nothing yet.\n`);
  let last = first.at(-1)?.at ?? 0;
  while (options.follow && !context.interrupt.aborted) {
    await bench.clock.sleep(FOLLOW_MS, context.interrupt).catch(() => undefined);
    if (context.interrupt.aborted) break;
    const fresh = (await read(last)).filter((line) => line.at > last);
    print(context, bench, fresh);
    last = fresh.at(-1)?.at ?? last;
  }
  return options.follow ? EXIT.interrupted : EXIT.ok;
}

async function readLines(
  reader: NonNullable<ReturnType<Workbench['readerOf']>>,
  apps: readonly ResolvedApp[],
  limit: number,
  since: number | null,
): Promise<AppLine[]> {
  const lines: AppLine[] = [];
  for (const app of apps) {
    if (app.platform !== 'fly' || (await reader.observeApp(app.platformName)) === null) continue;
    const found = await reader.logs(app.platformName, since === null ? { limit } : { limit, since });
    lines.push(...found.map((line) => ({ ...line, app: app.name })));
  }
  return lines.toSorted((a, b) => a.at - b.at);
}

function print(context: CommandContext, bench: Workbench, lines: readonly AppLine[]): void {
  const { dim, cyan } = paint(context.output.color);
  for (const line of lines) {
    const message = bench.vault.redact(line.message);
    if (context.output.json) writeJson(context.output, { ...line, message }, true);
    else {
      const time = new Date(line.at).toISOString().slice(11, 23);
      context.output.write(
        `${dim(time)} ${cyan(line.app)} ${dim(`${line.machine} ${line.region}`)} ${message}\n`,
      );
    }
  }
}
