import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import { environmentHealth, type AppHealth } from '../environment/app-health.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requirePlace } from '../environment/require-place.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { missingToken } from '../platforms/sight-problem.ts';
import { renderHealth } from '../views/environment/health.ts';
import { paint } from '../views/text/paint.ts';
import { localHint } from '../views/problem.ts';
import { openBench } from './deploy.ts';

/** `glidepath health <env>`: asks every app by its public address; wakes what sleeps, and says how long that took. */
export async function health(context: CommandContext, name: string): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requirePlace(bench.project, name);
  const reader = bench.readerOf(environment);
  if (reader === null) {
    const problem = missingToken(environment);
    const message = problem?.message ?? `No app of ${name} is on a platform with health checks.`;
    throw new ToolError(problem?.code ?? 'PROVIDER_NOT_SUPPORTED', message, { hint: problem?.hint });
  }
  const found = await withProgress(context, `Asking ${name}`, () =>
    environmentHealth(environment, {
      reader,
      fetch: bench.deps.fetch,
      monotonicNow: () => performance.now(),
      signal: context.interrupt,
    }),
  );
  const isHealthy = found.every((one) => one.isHealthy);
  const { output } = context;
  if (output.json) writeJson(output, { environment: name, isHealthy, health: found });
  else {
    output.write(renderHealth(found, { color: output.color }));
    const ill = found.find((one) => !one.isHealthy && one.app !== null);
    const next = localHint(nextCommand(name, ill), context.isLocal);
    if (!isHealthy) output.write(`  ${paint(output.color).cyan('→')} ${next}\n`);
  }
  return isHealthy ? EXIT.ok : EXIT.failed;
}

function nextCommand(environment: string, ill: AppHealth | undefined): string {
  const { awake = 0, asleep = 0, other = 0 } = ill?.before ?? {};
  const hasMachines = ill === undefined || awake + asleep + other > 0;
  return hasMachines
    ? `glidepath logs ${environment} ${ill?.app ?? ''}`.trimEnd()
    : `glidepath deploy ${environment}`;
}
