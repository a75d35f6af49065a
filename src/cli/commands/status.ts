import type { ResolvedEnvironment } from '../../config/resolved.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import type { ObservedApp } from '../../providers/app-platform.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { writeJson } from '../output.ts';
import { withProgress } from '../progress.ts';
import { isLeftBehind } from '../views/queue-note.ts';
import { renderEnvironmentStatus, renderNothingStands, type EnvironmentStatus } from '../views/status.ts';
import type { Workbench } from '../wiring.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** `glidepath status [env]`: reads the platforms, and says what runs where. */
export async function status(context: CommandContext, name: string | null): Promise<ExitCode> {
  await using bench = await openBench(context);
  const asked = name === null ? bench.project.environments : [requireEnvironment(bench.project, name)];
  const standing = asked.filter((environment) => environment.kind === 'standing');
  const found: EnvironmentStatus[] = await withProgress(context, 'Reading the platforms', async () => {
    const all: EnvironmentStatus[] = [];
    for (const environment of standing) all.push(await statusOf(bench, environment));
    return all;
  });
  const { output } = context;
  if (output.json) {
    writeJson(output, { project: bench.project.name, environments: found });
    return EXIT.ok;
  }
  const options = { color: output.color, now: bench.clock.now(), isLocal: context.isLocal };
  for (const one of found) output.write(renderEnvironmentStatus(one, options));
  if (found.length === 0) output.write(renderNothingStands(asked));
  return EXIT.ok;
}

async function statusOf(bench: Workbench, environment: ResolvedEnvironment): Promise<EnvironmentStatus> {
  const reader = bench.readerOf(environment);
  const apps: EnvironmentStatus['apps'][number][] = [];
  for (const app of environment.apps) {
    let observed: ObservedApp | null = null;
    let url: string | null = null;
    if (reader !== null && app.platform === 'fly') {
      observed = await reader.observeApp(app.platformName);
      if (observed !== null && app.port !== null && observed.machines.length > 0) {
        url = await reader.publicUrl(app.platformName);
      }
    }
    apps.push({ name: app.name, platformName: app.platformName, url, machines: observed?.machines ?? null });
  }
  const live = bench.history.live(environment.name);
  const running = await bench.engine.list({
    statuses: ['queued', 'running', 'waiting', 'interrupted'],
    limit: 100,
  });
  const lockKey = `${bench.project.name}/${environment.name}`;
  return {
    environment: environment.name,
    isReadable: reader !== null,
    live:
      live === null
        ? null
        : {
            release: live.release.id,
            commit: live.release.commit,
            at: live.at,
            by: live.by,
            runId: live.runId,
          },
    runs: running
      .filter((run) => run.lockKey === lockKey)
      .map((run) => ({
        id: run.id,
        title: run.title,
        status: run.status,
        isLeftBehind: isLeftBehind(run, bench.clock.now()),
      })),
    apps,
  };
}
