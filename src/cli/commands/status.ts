import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { environmentNamed } from '../../plan/environment-named.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import {
  readEnvironmentStatus,
  type EnvironmentStatus,
  type LocalFigures,
} from '../environment/environment-status.ts';
import { readLocalFigures } from '../platforms/local-figures.ts';
import { requireDesk } from '../github/github-desk.ts';
import { readHistory, readHistoryAt } from '../github/read-history.ts';
import { tableWidth, writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { paint } from '../views/text/paint.ts';
import { renderEnvironmentStatus, renderNothingStands } from '../views/environment/status.ts';
import type { Workbench } from '../workbench.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** Between two readings of `--watch`: a few requests a reading, far below every rate limit. */
const WATCH_MS = 2_000;
const CLEAR_SCREEN = '\u001B[H\u001B[2J\u001B[3J';

/** `glidepath status [env]`: reads the platforms, and says what runs where; again and again with `--watch`. */
export async function status(
  context: CommandContext,
  name: string | null,
  options: { isWatching: boolean; isFromGithub: boolean },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const { project } = bench;
  const asked =
    name === null
      ? project.environments
      : [environmentNamed(project, name)?.environment ?? requireEnvironment(project, name)];
  const names = asked.map((environment) => environment.name);
  if (options.isFromGithub) await readHistoryAt(await requireDesk(context, bench), context, bench, names);
  else await readHistory(context, bench, names);
  if (!options.isWatching) {
    const found = await withProgress(context, 'Reading the platforms', () => readAll(context, bench, asked));
    write(context, found, false);
    return EXIT.ok;
  }
  while (!context.interrupt.aborted) {
    const found = await readAll(context, bench, asked);
    if (context.output.isTty) context.output.write(CLEAR_SCREEN);
    write(context, found, true);
    await bench.clock.sleep(WATCH_MS, context.interrupt).catch(() => undefined);
  }
  return EXIT.interrupted;
}

/** What was read at one time. */
interface Reading {
  readonly project: string;
  readonly asked: readonly ResolvedEnvironment[];
  readonly local: LocalFigures | null;
  readonly environments: readonly EnvironmentStatus[];
  readonly at: number;
}

async function readAll(
  context: CommandContext,
  bench: Workbench,
  asked: readonly ResolvedEnvironment[],
): Promise<Reading> {
  const local = context.isLocal ? await readLocalFigures(bench.root) : null;
  const environments: EnvironmentStatus[] = [];
  for (const environment of asked)
    if (environment.kind === 'standing' || !bench.project.environments.includes(environment))
      environments.push(await readEnvironmentStatus(bench, environment, local));
  return { project: bench.project.name, asked, local, environments, at: bench.clock.now() };
}

function write({ output, isLocal }: CommandContext, reading: Reading, isStream: boolean): void {
  const { project, asked, local, environments, at } = reading;
  if (output.json) {
    writeJson(output, { project, machinesAs: local?.mode ?? null, environments }, isStream);
    return;
  }
  const options = { color: output.color, width: tableWidth(output), now: at, isLocal };
  for (const one of environments) output.write(renderEnvironmentStatus(one, options));
  if (environments.length === 0) output.write(renderNothingStands(asked));
  else if (local !== null) output.write(paint(output.color).dim(`local cloud · machines as ${local.mode}\n`));
}
