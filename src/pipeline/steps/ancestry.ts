import { ToolError } from '../../diagnostics/tool-error.ts';
import type { StepExecutor } from '../../engine/graph.ts';
import { appNamed } from '../env-values.ts';
import type { PipelineDeps } from '../pipeline-deps.ts';
import { scopeOf, type StepScope } from '../step-scope.ts';

/** Refuses a commit that does not descend from everything that runs now (invariant 10). */
export function ancestryStep(deps: PipelineDeps): StepExecutor {
  return {
    async execute(context) {
      const scope = scopeOf<'ancestry'>(deps, context);
      const commits = new Set<string>();
      for (const app of scope.input.environment.apps) {
        for (const commit of await liveCommits(scope, app.name)) commits.add(commit);
      }
      const recorded = deps.history.live(scope.input.environment.name)?.release.commit;
      if (recorded !== undefined) commits.add(recorded);
      for (const commit of commits) await requireDescendant(scope, commit);
      const lives = [...commits].map((commit) => commit.slice(0, 7));
      context.log(
        lives.length === 0
          ? 'nothing is live yet'
          : `${scope.input.commit.slice(0, 7)} descends from ${lives.join(', ')}`,
      );
      return { live: [...commits] };
    },
  };
}

/**
 * The same check for one app right before it is changed, on the reading that the change is based on: another deployer that does not share our journal may have
 * been there since the gate.
 */
export async function requireNotBackwards(scope: StepScope, liveCommits: readonly string[]): Promise<void> {
  // Back on purpose; and a rebased pull request has no order to keep.
  if (scope.input.action === 'rollback' || scope.input.pullRequest !== null) return;
  for (const commit of liveCommits) await requireDescendant(scope, commit);
}

async function liveCommits(scope: StepScope, name: string): Promise<string[]> {
  const app = appNamed(scope.input.environment, name);
  const observed = await scope.deps.platformOf(app).observeApp(app.platformName);
  const commits = (observed?.machines ?? []).map((machine) => machine.commit);
  return [...new Set(commits.filter((commit) => commit !== null))];
}

async function requireDescendant(scope: StepScope, live: string): Promise<void> {
  const { commit, environment } = scope.input;
  if (live === commit) return;
  const { source } = scope.deps;
  if (!(await source.hasCommit(live))) {
    throw new ToolError(
      'GATE_NOT_DESCENDANT',
      `${environment.name} runs commit ${live.slice(0, 7)}, which this clone does not have, so it is unknown whether ${commit.slice(0, 7)} is newer.`,
      { hint: 'Fetch it: git fetch --all' },
    );
  }
  if (await source.isAncestor(live, commit)) return;
  throw new ToolError(
    'GATE_NOT_DESCENDANT',
    `${commit.slice(0, 7)} does not descend from ${live.slice(0, 7)}, which is live in ${environment.name}: deploying it would undo newer work.`,
    {
      hint: `Rebase on ${live.slice(0, 7)}, or go back on purpose: glidepath rollback ${environment.name}`,
    },
  );
}
