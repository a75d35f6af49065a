import type { GithubRun } from './github-run.ts';
import { EXIT } from '../../diagnostics/error-codes.ts';
import type { AppBefore } from '../../pipeline/github/deployment-payload.ts';
import { releaseIn } from '../../pipeline/github/deployment-payload.ts';
import { takeOver, unfinishedOf, type FoundDeployment } from '../../pipeline/github/unfinished.ts';
import type { GrantedApproval } from '../../pipeline/approval/granted-approval.ts';
import { requireApproval } from './require-approval.ts';
import type { CarryOutRequest } from '../runs/carry-out-request.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { reportRun } from '../github/run-report.ts';
import type { Workbench } from '../workbench.ts';
import type { GithubDesk } from './github-desk.ts';
import { makeOwnDeployment, type OwnDeployment } from './host-deployment.ts';
import { ownTurn } from './own-turn.ts';
import { payloadOf } from './payload-facts.ts';
import { putBackWhatRan } from './put-back.ts';
import { intoHistory, type HostEnvironment } from './read-history.ts';
import { runTarget } from './run-target.ts';
import { endOnHost } from './sweep-deployments.ts';

/**
 * Carries a deployment out with GitHub as its memory: waits for its turn by what GitHub knows, takes over what a dead run
 * left, tells of the run while it goes on, and leaves the record by which the next runner knows of it.
 */
export async function carryOutOnGithub(run: GithubRun): Promise<ExitCode> {
  const { context, bench, desk, request } = run;
  const of: HostEnvironment = {
    environment: request.environment,
    hostEnvironment: request.deployment.environment,
    pullRequest: request.deployment.pullRequest,
  };
  const before = await whatRuns(bench, request);
  let runId = bench.newRunId();
  const own = await desk.quietly('making the deployment', () => makeOwn(run, runId, before));
  const told = { isBegun: false };
  try {
    const found = await ownTurn({
      context,
      bench,
      desk,
      of,
      own: own?.id() ?? null,
      onWait: (ahead) => sayWaiting(run, own, ahead),
    });
    await intoHistory(bench, of, found);
    // Once more, after others had their turn: what was agreed to has to be what is done now.
    const approval = await requireApproval(context, { ...request, bench, desk });
    const left = unfinishedOf(found);
    const decision = await decide(run, left);
    if (decision.kind === 'undo') await putBackWhatRan(run, left);
    if (decision.kind === 'resume') runId = decision.run;
    const code = await workAndTell(run, {
      runId,
      own,
      before,
      built: decision.built,
      told,
      isResumed: decision.kind === 'resume',
      approval,
    });
    await settle(run, left, code);
    if (code === EXIT.ok && request.deployment.action === 'destroy') await endRemoved(run, found);
    return code;
  } catch (error) {
    if (!told.isBegun) await endUnbegun(run, own, error);
    throw error;
  }
}

/** What is done about what was left; `built`: the digests that the dead run built, where it is gone on with. */
async function decide(
  { context, bench, request }: GithubRun,
  left: readonly FoundDeployment[],
): Promise<
  { built: Readonly<Record<string, string>> | null } & (
    | { kind: 'resume'; run: string }
    | { kind: 'over' | 'undo' }
  )
> {
  const [newest] = left;
  // What this machine knows of its own journal it takes to its end by itself.
  if (newest === undefined || (await bench.engine.get(newest.payload.run)) !== null)
    return { kind: 'over', built: null };
  const { payload } = newest;
  const { trigger, deployment, environment, commit, release } = request;
  const next = {
    action: deployment.action,
    commit,
    apps: trigger.kind === 'rollback' ? trigger.apps : trigger.kind === 'scale' ? [trigger.app] : null,
    digests: release?.digests ?? null,
  };
  const descends = commit !== '' && (await bench.source.isAncestor(payload.commit, commit));
  const hasLive = bench.history.live(environment.name) !== null && environment.kind !== 'review';
  const taken = takeOver(payload, next, { descends, hasLive });
  const words = {
    resume: 'this run resumes it',
    over: 'this run continues from there',
    undo: 'what was live before is restored first',
  }[taken.kind];
  context.output.error(
    `! ${payload.run} (${payload.action} of ${payload.commit.slice(0, 7)}) was left unfinished: ${words}.\n`,
  );
  return taken.kind === 'resume'
    ? { ...taken, built: releaseIn(payload)?.digests ?? null }
    : { kind: taken.kind, built: null };
}

async function makeOwn(
  { bench, desk, request, context }: GithubRun,
  runId: string,
  before: Readonly<Record<string, AppBefore>>,
): Promise<OwnDeployment> {
  const { environment, deployment, commit } = request;
  const own = await makeOwnDeployment(
    {
      host: desk.host,
      hostEnvironment: deployment.environment,
      isReview: environment.kind === 'review',
      isProduction: environment.name === 'production',
      title: `${deployment.action} ${request.release?.id ?? commit.slice(0, 7)}`,
      redact: (text) => bench.vault.redact(text),
    },
    payloadOf({
      request,
      project: bench.project.name,
      runId,
      by: byOf(desk, context),
      actions: desk.actions,
      before,
      history: bench.history,
      run: null,
      steps: [],
    }),
  );
  const logUrl = desk.github?.runUrl ?? null;
  await own.say({ state: 'queued', description: 'Waits for its turn', logUrl, environmentUrl: null });
  return own;
}

/** Who is asked for what is live: the person behind the run, not the machine that it runs on. */
export function byOf(desk: GithubDesk, context: CommandContext): string {
  return desk.github?.triggeringActor || context.by;
}

async function sayWaiting(
  { context, desk }: GithubRun,
  own: OwnDeployment | null,
  { payload, logUrl }: FoundDeployment,
): Promise<void> {
  const description = `Waits for ${payload.run}${payload.by === '' ? '' : ` of ${payload.by}`}`;
  context.output.error(`${description}${logUrl === null ? '' : `: ${logUrl}`}\n`);
  await desk.quietly('saying how the deployment stands', async () =>
    own?.say({ state: 'queued', description, logUrl: desk.github?.runUrl ?? null, environmentUrl: null }),
  );
}

async function workAndTell(
  run: GithubRun,
  how: {
    runId: string;
    own: OwnDeployment | null;
    before: Readonly<Record<string, AppBefore>>;
    built: Readonly<Record<string, string>> | null;
    told: { isBegun: boolean };
    isResumed: boolean;
    approval: GrantedApproval | null;
  },
): Promise<ExitCode> {
  const { context, bench, desk, work } = run;
  const { runId, own, before, built, told, approval } = how;
  const request = approval === null ? run.request : { ...run.request, approval };
  let report: ReturnType<typeof reportRun> | null = null;
  try {
    return await work(built === null ? request : { ...request, built }, runId, (submitted) => {
      const target = runTarget({
        context,
        bench,
        desk,
        request,
        run: submitted,
        own,
        by: byOf(desk, context),
        before,
      });
      told.isBegun = true;
      // Gone on with, it has the id of the run that died.
      if (how.isResumed) void target.beforeChange();
      report = reportRun({
        engine: bench.engine,
        run: submitted,
        action: request.deployment.action,
        clock: bench.clock,
        target,
        interrupt: context.interrupt,
      });
    });
  } finally {
    await (report as ReturnType<typeof reportRun> | null)?.end();
  }
}

/** What was left half done is done, one way or the other, or put back now. */
async function settle(run: GithubRun, left: readonly FoundDeployment[], code: ExitCode): Promise<void> {
  if (left.length === 0 || code === EXIT.interrupted || run.context.interrupt.aborted) return;
  if (code !== EXIT.ok && !(await putBackWhatRan(run, left))) return;
  const how = code === EXIT.ok ? 'was taken over by a later run' : 'was put back by a later run';
  for (const each of left) await endOnHost(run.desk, each, { state: 'inactive', description: `It ${how}` });
}

/** What was live before an environment was destroyed is not any more: no page of GitHub links to it from now on. */
async function endRemoved({ desk }: GithubRun, found: readonly FoundDeployment[]): Promise<void> {
  const before = found.findIndex(
    ({ payload, state }) => payload.action === 'destroy' && state === 'inactive',
  );
  const since = before === -1 ? found : found.slice(0, before);
  for (const each of since)
    if (each.state === 'success')
      await endOnHost(desk, each, { state: 'inactive', description: 'It was removed' });
}

/** A run that never began: refused, locked out, or stopped while it waited. */
async function endUnbegun(run: GithubRun, own: OwnDeployment | null, error: unknown): Promise<void> {
  if (own === null) return;
  const why = error instanceof Error ? error.message : String(error);
  await run.desk.quietly('saying how the deployment stands', () =>
    own.say({
      state: 'failure',
      description: `Did not begin: ${why}`,
      logUrl: run.desk.github?.runUrl ?? null,
      environmentUrl: null,
    }),
  );
}

/** Each app as it is, for the record: what cannot be read is not there. */
async function whatRuns(
  bench: Workbench,
  { environment }: CarryOutRequest,
): Promise<Record<string, AppBefore>> {
  const reader = bench.readerOf(environment);
  const found: Record<string, AppBefore> = {};
  for (const app of reader === null ? [] : environment.apps) {
    const observed = await reader?.observeApp(app.platformName).catch(() => null);
    const machines = observed?.machines ?? [];
    const regions: Record<string, number> = {};
    for (const { region } of machines) regions[region] = (regions[region] ?? 0) + 1;
    found[app.name] = {
      release: machines[0]?.release ?? null,
      digest: machines[0]?.digest ?? null,
      machines: regions,
    };
  }
  return found;
}
