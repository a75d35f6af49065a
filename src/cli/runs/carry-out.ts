import type { CarryOutRequest } from './carry-out-request.ts';
import { SIGNING_KEY, signingKey } from '../../artifacts/signing-key.ts';
import { ERROR_CODES, EXIT, type ErrorCode } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { RunRecord } from '../../engine/engine.ts';
import { planHash } from '../../pipeline/approval/plan-hash.ts';
import { lookAhead } from '../../pipeline/look-ahead.ts';
import { preflight } from '../../pipeline/preflight.ts';
import { submitDeployment } from '../../pipeline/submit.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { requiredApproval, subjectOf } from '../github/read-approval.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { requireApproval } from '../github/require-approval.ts';
import type { Work } from '../github/github-run.ts';
import { withLockPatience } from './lock-patience.ts';
import { withProgress } from '../progress.ts';
import { showRun } from '../views/run/live.ts';
import { renderOutcome } from '../views/run/outcome.ts';
import { renderDiagnostic } from '../views/problem.ts';
import type { Workbench } from '../workbench.ts';

/** Submits a deployment, shows it while it goes on, and ends with its exit code. */
export async function carryOut(
  context: CommandContext,
  bench: Workbench,
  request: CarryOutRequest,
): Promise<ExitCode> {
  const { action } = request.deployment;
  // What a deployment would need besides must not stand in the way of an emergency.
  if (action !== 'destroy' && action !== 'scale' && action !== 'restore')
    await requirePreflight(context, bench, request);
  const work: Work = (wanted, runId, onSubmitted) =>
    submitAndWork(context, bench, { ...wanted, runId }, onSubmitted);
  const { githubDesk } = await import('../github/github-desk.ts');
  const desk = await githubDesk(context, bench);
  if (desk === null) return work(request, bench.newRunId(), () => undefined);
  // Refused before anything is written down: a job never waits for people.
  await requireApproval(context, { ...request, bench, desk });
  const { carryOutOnGithub } = await import('../github/carry-out-on-github.ts');
  return carryOutOnGithub({ context, bench, desk, request, work });
}

/** `onSubmitted` is told of the run before anything of it is done. */
async function submitAndWork(
  context: CommandContext,
  bench: Workbench,
  request: CarryOutRequest & { readonly runId: string },
  onSubmitted: (run: RunRecord) => void,
): Promise<ExitCode> {
  // From here on Ctrl-C is heard: a run that was submitted is never left without a word.
  context.interrupt.throwIfAborted();
  const gate = requiredApproval(request.deployment);
  const run = await submitDeployment(bench.engine, {
    project: bench.project,
    environment: request.environment,
    deployment: request.deployment,
    trigger: request.trigger,
    commit: request.commit,
    ref: request.ref,
    release: request.release,
    by: context.by,
    runId: request.runId,
    ...(gate === null ? {} : { plan: planHash(subjectOf({ ...request, bench })) }),
    ...(request.approval === undefined ? {} : { approval: request.approval }),
    ...(request.built === undefined ? {} : { built: request.built }),
  });
  if (request.approval !== undefined)
    await bench.engine.approve(run.id, APPROVAL_STEP, 'approved', request.approval.by);
  onSubmitted(run);
  return withLockPatience(context, bench, run, () => workAndShow(context, bench, run, 0));
}

/** The step that waits for a person; see `gateStage`. */
const APPROVAL_STEP = 'gate:approval';

/** Throws all that would stop the deployment later and can be known now. */
async function requirePreflight(
  context: CommandContext,
  bench: Workbench,
  { environment, release }: CarryOutRequest,
): Promise<void> {
  // The release is sealed at the end: a key that cannot sign is said before anything begins.
  signingKey(context.env[SIGNING_KEY]);
  const hasSecret = (name: string): boolean => (bench.vault.read(name) ?? '') !== '';
  const diagnostics = [...preflight(environment, hasSecret)];
  if (!context.isLocal || context.cloudOfJob !== null) {
    const apps = environment.apps.filter(({ platform }) => platform === 'fly');
    const tokens = [...apps, ...environment.databases].map(({ token }) => token);
    for (const token of new Set(tokens)) {
      if (token === null || hasSecret(token)) continue;
      diagnostics.push({
        severity: 'error',
        code: 'SECRET_MISSING',
        message: `The token ${token} of ${environment.name} is not set.`,
        hint: `export ${token}=…, or rehearse on the local cloud with --local`,
      });
    }
  }
  if (diagnostics.length === 0) {
    const looked = await withProgress(context, 'Looking ahead', () =>
      lookAhead(bench.deps, environment, release),
    );
    diagnostics.push(...looked.map(bench.place));
  }
  const first = diagnostics.find((diagnostic) => diagnostic.severity === 'error');
  if (first !== undefined) throw new ToolError(first.code, first.message, { hint: first.hint, diagnostics });
  for (const warning of diagnostics)
    context.output.error(`${renderDiagnostic(warning, context.output.color)}\n`);
}

/** Works on a run until it ends, waits for an approval or is interrupted, and shows it meanwhile. */
export async function workAndShow(
  context: CommandContext,
  bench: Workbench,
  run: RunRecord,
  afterSeq: number,
): Promise<ExitCode> {
  context.output.outliveReader();
  const done = bench.engine.work(run.id, { signal: context.interrupt, untilWaiting: true });
  // Handled below; without this a failure before the first await would be reported as unhandled.
  done.catch(() => undefined);
  await showRun(context, bench.engine, { run, clock: bench.clock, done, afterSeq });
  const ended = await done;
  if (!context.output.json) {
    const steps = await bench.engine.steps(ended.id);
    context.output.write(
      renderOutcome(ended, steps, {
        color: context.output.color,
        isLocal: context.isLocal,
        interrupted: context.interrupt.aborted,
        isShown: readGithubContext(context) !== null,
      }),
    );
  }
  return exitCodeOf(ended, context.interrupt.aborted);
}

/** The exit code that a run comes to. */
export function exitCodeOf(run: RunRecord, isInterrupted: boolean): ExitCode {
  switch (run.status) {
    case 'succeeded':
    case 'waiting':
      return EXIT.ok;
    case 'interrupted':
      return EXIT.interrupted;
    case 'failed': {
      const code = run.error?.code;
      return code !== undefined && code in ERROR_CODES ? ERROR_CODES[code as ErrorCode].exit : EXIT.failed;
    }
    case 'queued':
    case 'running':
    case 'cancelled':
    case 'superseded':
      return isInterrupted ? EXIT.interrupted : EXIT.failed;
    default:
      return EXIT.failed;
  }
}
