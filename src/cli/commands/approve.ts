import { ToolError } from '../../diagnostics/tool-error.ts';
import { requireApprovable } from '../../pipeline/approval/approve-run.ts';
import { deploymentInput } from '../../pipeline/deployment-input.ts';
import { workAndShow } from '../runs/carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openBench, requireEnvironment } from './deploy.ts';
import { requireRun } from './runs.ts';

/** What is decided about: a run that waits here, or an environment that waits on GitHub. */
export interface DecideOptions {
  /** `--commit`, `--plan`; null where they were not given. */
  readonly commit: string | null;
  readonly plan: string | null;
  /** `--as`: who decides, on the local GitHub. */
  readonly as: string | null;
}

/** How the id of a run begins. */
const RUN = /^run-/;

/** `glidepath approve|reject ID`: decides what a run waits for, and goes on with it; of an environment, writes the comment. */
export async function decide(
  context: CommandContext,
  id: string,
  decision: 'approved' | 'rejected',
  options: DecideOptions,
): Promise<ExitCode> {
  await using bench = await openBench(context);
  if (bench.project.environments.some(({ name }) => name === id)) {
    const { decideOnGithub } = await import('../github/decide-on-github.ts');
    return await decideOnGithub(context, bench, { environment: id, decision, ...options });
  }
  if (!RUN.test(id)) requireEnvironment(bench.project, id);
  const run = await requireRun(bench, id);
  const waiting = (await bench.engine.steps(run.id)).filter((step) => step.status === 'waiting');
  const [step] = waiting;
  if (run.status !== 'waiting' || step === undefined) {
    throw new ToolError(
      'RUN_NOT_RESUMABLE',
      `${run.id} is not waiting for an approval: it is ${run.status}.`,
      {
        hint: `glidepath run show ${run.id}`,
      },
    );
  }
  if (decision === 'approved') {
    const input = deploymentInput(run.input);
    requireApprovable({ run: run.id, asked: run.by, by: context.by, input, plan: options.plan });
  }
  const afterSeq = (await bench.engine.events(run.id)).at(-1)?.seq ?? 0;
  await bench.engine.approve(run.id, step.id, decision, context.by);
  return await workAndShow(context, bench, run, afterSeq);
}
