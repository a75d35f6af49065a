import { EXIT } from '../../diagnostics/error-codes.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { readEnvironmentStatus, type EnvironmentStatus } from '../environment-status.ts';
import { readLocalFigures } from '../local-figures.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { paint } from '../views/paint.ts';
import { renderEnvironmentStatus, renderNothingStands } from '../views/status.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** `glidepath status [env]`: reads the platforms, and says what runs where. */
export async function status(context: CommandContext, name: string | null): Promise<ExitCode> {
  await using bench = await openBench(context);
  const asked = name === null ? bench.project.environments : [requireEnvironment(bench.project, name)];
  const standing = asked.filter((environment) => environment.kind === 'standing');
  const local = context.isLocal ? await readLocalFigures(bench.root) : null;
  const found: EnvironmentStatus[] = await withProgress(context, 'Reading the platforms', async () => {
    const all: EnvironmentStatus[] = [];
    for (const environment of standing) all.push(await readEnvironmentStatus(bench, environment, local));
    return all;
  });
  const { output } = context;
  if (output.json) {
    writeJson(output, {
      project: bench.project.name,
      machinesAs: local?.mode ?? null,
      environments: found,
    });
    return EXIT.ok;
  }
  const options = { color: output.color, now: bench.clock.now(), isLocal: context.isLocal };
  for (const one of found) output.write(renderEnvironmentStatus(one, options));
  if (local !== null) output.write(paint(output.color).dim(`local cloud · machines as ${local.mode}\n`));
  if (found.length === 0) output.write(renderNothingStands(asked));
  return EXIT.ok;
}
