import type { StepExecutor } from '../../engine/graph.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { migrationsInProgress, scopeOf, type StepScopeOf } from '../step-scope.ts';
import { probesOfRun } from './probes-of-run.ts';

/**
 * A migration that is written down before it runs, with what is known of it: where its deployment fails afterwards, the
 * schema stays, and the next one's verdict is about both.
 */
export function notingMigrated(deps: PipelineDeps, executor: StepExecutor): StepExecutor {
  return {
    ...executor,
    async execute(context) {
      await note(scopeOf<'migrate'>(deps, context));
      return executor.execute(context);
    },
  };
}

async function note(scope: StepScopeOf<'migrate'>): Promise<void> {
  const { deps, input, context, action } = scope;
  const environment = input.environment.name;
  const live = deps.history.live(environment)?.release ?? null;
  const { database } = action;
  if (live === null || database === null) return;
  const files = migrationsInProgress(scope)?.[database];
  const before = live.migrations?.[database];
  // The files of what is live have run: they change nothing any more.
  if (files !== undefined && before !== undefined && isSame(files, before)) return;
  const probe = (await probesOfRun(scope)).find((each) => each.database === database);
  const known = probe?.verdict?.from === live.id ? probe.verdict : null;
  deps.history.noteMigrated({
    environment,
    database,
    from: live.id,
    run: context.runId,
    verdict: known?.verdict ?? 'unknown',
    reason: known?.reasons[0] ?? 'Its migrations were not tested.',
  });
}

function isSame(one: Readonly<Record<string, unknown>>, other: Readonly<Record<string, unknown>>): boolean {
  const text = (files: typeof one): string =>
    JSON.stringify(Object.entries(files).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return text(one) === text(other);
}
