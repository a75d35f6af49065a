import { isAlive, isTerminal, type FoundDeployment } from '../../pipeline/github/unfinished.ts';
import type { Workbench } from '../workbench.ts';
import { deploymentComment, DEPLOYMENTS_MARKER, rowsIn } from './deployment-comment.ts';
import type { GithubDesk } from './github-desk.ts';

/**
 * Ends what dead runs left on GitHub, their deployments and what they said of commits and in pull requests (invariant 12).
 * Returns the deployments as they stand then. `own` is left alone. What cannot be written is warned of once.
 */
export async function swept(
  desk: GithubDesk,
  bench: Pick<Workbench, 'clock' | 'vault'>,
  found: readonly FoundDeployment[],
  own: number | null,
): Promise<readonly FoundDeployment[]> {
  const result: FoundDeployment[] = [];
  for (const each of found) result.push(each.id === own ? each : await sweptOne(desk, bench, each));
  return result;
}

async function sweptOne(
  desk: GithubDesk,
  bench: Pick<Workbench, 'clock' | 'vault'>,
  found: FoundDeployment,
): Promise<FoundDeployment> {
  if (isTerminal(found.state)) return found;
  const { actions } = found.payload;
  const workflowRun = actions === null ? null : await desk.host.workflowRun(actions.run);
  if (isAlive(found, workflowRun, { actions: desk.actions, now: bench.clock.now() })) return found;
  const at = found.description === '' ? 'before it began' : `at "${found.description}"`;
  const description = `The runner died ${at}; the next run resumes it or rolls it back`;
  await endOnHost(desk, found, { state: 'error', description });
  const url = workflowRun?.url ?? found.logUrl;
  await endElsewhere(desk, bench, found, { description, url });
  return { ...found, state: 'error', description };
}

/** Says of a deployment of another run how it stands now. */
export async function endOnHost(
  desk: GithubDesk,
  found: FoundDeployment,
  { state, description }: { state: 'error' | 'inactive'; description: string },
): Promise<void> {
  await desk.quietly('closing a deployment of a dead run', () =>
    desk.host.addDeploymentStatus(found.id, {
      state,
      description,
      logUrl: found.logUrl,
      environmentUrl: null,
    }),
  );
}

async function endElsewhere(
  desk: GithubDesk,
  bench: Pick<Workbench, 'clock' | 'vault'>,
  { payload, environment }: FoundDeployment,
  { description, url }: { description: string; url: string | null },
): Promise<void> {
  const name = payload.settings?.name ?? environment;
  const context = `glidepath/${name}`;
  await desk.quietly('closing a deployment of a dead run', async () => {
    const statuses = await desk.host.commitStatuses(payload.commit);
    if (statuses.find((status) => status.context === context)?.state !== 'pending') return;
    await desk.host.setCommitStatus(payload.commit, { state: 'error', context, description, targetUrl: url });
  });
  await desk.quietly('closing a deployment of a dead run', async () => {
    const number = payload.pullRequest ?? (await desk.host.pullRequestsOfCommit(payload.commit))[0]?.number;
    if (number === undefined) return;
    const comments = await desk.host.comments(number);
    const body = comments.find((comment) => comment.body.includes(DEPLOYMENTS_MARKER))?.body ?? null;
    const row = rowsIn(body).find((each) => each.environment === name);
    if (row === undefined || (row.status !== 'running' && row.status !== 'queued')) return;
    const at = Math.trunc(bench.clock.now());
    const ended = { ...row, status: 'interrupted', words: bench.vault.redact(description), at } as const;
    await desk.host.upsertComment(number, DEPLOYMENTS_MARKER, deploymentComment(body, ended));
  });
}
