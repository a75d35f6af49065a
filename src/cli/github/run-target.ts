import { appendFileSync } from 'node:fs';
import { randomBytes } from 'node:crypto';
import type { RunRecord } from '../../engine/engine.ts';
import type { AppBefore, DeploymentPayload } from '../../pipeline/github/deployment-payload.ts';
import { releaseIn } from '../../pipeline/github/deployment-payload.ts';
import { shortPlan } from '../../pipeline/approval/plan-hash.ts';
import { restorePointLines } from '../../pipeline/restore-points.ts';
import type { HostCommitStatus } from '../../providers/code-host.ts';
import { utcTime } from '../../util/utc-time.ts';
import { annotation } from './annotations.ts';
import type { CarryOutRequest } from '../runs/carry-out-request.ts';
import type { CommandContext } from '../command-context.ts';
import type { RunModel } from '../views/run/run-model.ts';
import type { Workbench } from '../workbench.ts';
import { deploymentComment, DEPLOYMENTS_MARKER, type CommentRow } from './deployment-comment.ts';
import type { GithubDesk } from './github-desk.ts';
import type { OwnDeployment } from './host-deployment.ts';
import { outputLines } from './output-lines.ts';
import { outputsOf, payloadOf } from './payload-facts.ts';
import { mainUrl, outcomeOf, stateOf, statusWords, type RunFacts } from './run-facts.ts';
import type { ReportTarget } from './run-report.ts';
import { runSummary } from './run-summary.ts';

/** Of which run it is told, and where. */
export interface RunTargetOptions {
  readonly context: CommandContext;
  readonly bench: Workbench;
  readonly desk: GithubDesk;
  readonly request: CarryOutRequest;
  readonly run: RunRecord;
  /** Null where it could not be made. */
  readonly own: OwnDeployment | null;
  readonly by: string;
  readonly before: Readonly<Record<string, AppBefore>>;
}

/** Tells of a run on GitHub: its deployment, the commit, the pull request, and at its end the job. */
export function runTarget(options: RunTargetOptions): ReportTarget {
  let queue: Promise<unknown> = Promise.resolve();
  // One after the other: what is said last has to be what stands there.
  const inTurn = (work: () => Promise<void>): Promise<void> => {
    const turn = queue.then(work, work);
    queue = turn.catch(() => undefined);
    return turn.catch(() => undefined);
  };
  const pull = pullRequestOf(options);
  return {
    say: (model, isLast) => inTurn(() => say(options, model, { isLast, pull })),
    beforeChange: () => inTurn(() => writeDown(options)),
  };
}

async function say(
  options: RunTargetOptions,
  model: RunModel,
  { isLast, pull }: { isLast: boolean; pull: () => Promise<number | null> },
): Promise<void> {
  const { desk, own } = options;
  if (isLast) await writeDown(options);
  const facts = await factsOf(options, model);
  const state = stateOf(model, facts.action);
  const description = statusWords(facts);
  const environmentUrl = state === 'success' ? mainUrl(facts) : null;
  if (own !== null)
    await desk.quietly('saying how the deployment stands', () =>
      own.say({ state, description, logUrl: facts.runUrl, environmentUrl }),
    );
  const isFirst = model.status === 'queued' || model.startedAt === null;
  if (!isLast && !isFirst && model.status === 'running') return;
  await sayOfCommit(options, facts, description);
  await sayInComment(options, facts, description, pull);
  if (!isLast) return;
  sayInJob(options, facts);
}

async function writeDown(options: RunTargetOptions): Promise<void> {
  const { own, desk } = options;
  if (own === null) return;
  await desk.quietly('writing the record of the deployment', async () =>
    own.rewrite(await payloadNow(options)),
  );
}

async function payloadNow({
  bench,
  desk,
  request,
  run,
  by,
  before,
}: RunTargetOptions): Promise<DeploymentPayload> {
  return payloadOf({
    request,
    project: bench.project.name,
    runId: run.id,
    by,
    actions: desk.actions,
    before,
    history: bench.history,
    run: (await bench.engine.get(run.id)) ?? run,
    steps: await bench.engine.steps(run.id),
  });
}

async function factsOf(options: RunTargetOptions, model: RunModel): Promise<RunFacts> {
  const { bench, desk, request, run, by } = options;
  const payload = await payloadNow(options);
  const outputs = outputsOf(await bench.engine.steps(run.id));
  const report = (outputs['report'] ?? {}) as { urls?: Record<string, string>; notes?: readonly string[] };
  const redact = (text: string): string => bench.vault.redact(text);
  const clean: RunModel = JSON.parse(redact(JSON.stringify(model))) as RunModel;
  return {
    plan: {
      version: 1,
      project: bench.project.name,
      trigger: request.trigger,
      deployments: [request.deployment],
    },
    action: request.deployment.action,
    model: clean,
    environment: request.environment.name,
    commit: request.commit,
    release: releaseIn(payload)?.id ?? null,
    before: payload.live,
    urls: report.urls ?? {},
    runUrl: desk.github?.runUrl ?? null,
    repositoryUrl: desk.github === null ? null : `${desk.github.serverUrl}/${desk.github.repository}`,
    by,
    notes: [
      ...approvalNotes(request.approval),
      ...request.deployment.notes,
      ...(report.notes ?? []),
      ...restorePointLines(run.input, outputs).map(({ line }) => line),
    ].map(redact),
  };
}

/** Who agreed, and where that can be read. */
function approvalNotes(approval: CarryOutRequest['approval']): readonly string[] {
  if (approval === undefined) return [];
  const { by, url, at, plan } = approval;
  const when = at === null ? '' : ` on ${utcTime(at)}`;
  return [`approved by ${by}${when}, plan ${shortPlan(plan)}${url === null ? '' : `: ${url}`}`];
}

async function sayOfCommit(
  { desk, request }: RunTargetOptions,
  facts: RunFacts,
  description: string,
): Promise<void> {
  if (request.commit === '') return;
  const status: HostCommitStatus = {
    state: commitState(facts),
    context: `glidepath/${facts.environment}`,
    description,
    targetUrl: facts.model.status === 'succeeded' ? (mainUrl(facts) ?? facts.runUrl) : facts.runUrl,
  };
  await desk.quietly('setting the status of the commit', () =>
    desk.host.setCommitStatus(request.commit, status),
  );
}

function commitState({ model, action }: RunFacts): HostCommitStatus['state'] {
  if (model.status === 'succeeded') return 'success';
  const state = stateOf(model, action);
  if (state === 'success' || state === 'failure' || state === 'error') return state;
  return state === 'inactive' ? 'error' : 'pending';
}

/** The review app's own, or the one that brought the commit; asked once. */
function pullRequestOf({ desk, request }: RunTargetOptions): () => Promise<number | null> {
  let asked: Promise<number | null> | null = null;
  const ask = async (): Promise<number | null> => {
    const { pullRequest } = request.deployment;
    if (pullRequest !== null || request.commit === '') return pullRequest;
    const found = await desk.quietly('finding the pull request of the commit', () =>
      desk.host.pullRequestsOfCommit(request.commit),
    );
    return found?.[0]?.number ?? null;
  };
  return () => (asked ??= ask());
}

async function sayInComment(
  { desk, bench }: RunTargetOptions,
  facts: RunFacts,
  words: string,
  pull: () => Promise<number | null>,
): Promise<void> {
  const number = await pull();
  if (number === null) return;
  const row: CommentRow = {
    environment: facts.environment,
    release: facts.release,
    url: facts.model.status === 'succeeded' ? mainUrl(facts) : null,
    status: outcomeOf(facts.model.status, facts.action),
    words: bench.vault.redact(words),
    log: facts.runUrl,
    at: Math.trunc(bench.clock.now()),
  };
  await desk.quietly('writing the comment of the pull request', async () => {
    const comments = await desk.host.comments(number);
    const before = comments.find(({ body }) => body.includes(DEPLOYMENTS_MARKER))?.body ?? null;
    await desk.host.upsertComment(number, DEPLOYMENTS_MARKER, deploymentComment(before, row));
  });
}

/** The page of the run, and what later steps of the job are handed. */
function sayInJob({ context, desk, bench }: RunTargetOptions, facts: RunFacts): void {
  const { github } = desk;
  if (github === null) return;
  const { model } = facts;
  if (github.summaryFile !== null) append(github.summaryFile, bench.vault.redact(runSummary(facts)));
  const outputs = {
    release: facts.release ?? '',
    url: mainUrl(facts) ?? '',
    run: model.runId,
    status: model.status,
  };
  if (github.outputFile !== null)
    append(github.outputFile, outputLines(outputs, `glidepath-${randomBytes(12).toString('hex')}`));
  if (model.error === null) return;
  const { code, message, hint } = model.error;
  const text = hint === null ? message : `${message}\n${hint}`;
  context.output.error(
    annotation('error', { title: `${facts.environment}: ${code}` }, bench.vault.redact(text)),
  );
}

/** A runner whose disk is full has other worries. */
function append(file: string, text: string): void {
  try {
    appendFileSync(file, text);
  } catch {
    // The run has ended, and how is in the log.
  }
}
