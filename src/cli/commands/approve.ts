import { ToolError } from '../../diagnostics/tool-error.ts';
import { workAndShow } from '../carry-out.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { openBench } from './deploy.ts';
import { requireRun } from './runs.ts';

/** `glidepath approve|reject ID`: decides what a run waits for, and goes on with it. */
export async function decide(
  context: CommandContext,
  id: string,
  decision: 'approved' | 'rejected',
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const run = await requireRun(bench, id);
  const waiting = (await bench.engine.steps(run.id)).filter((step) => step.status === 'waiting');
  const [step] = waiting;
  if (run.status !== 'waiting' || step === undefined) {
    throw new ToolError('RUN_NOT_RESUMABLE', `${run.id} waits for no approval; it is ${run.status}.`, {
      hint: `glidepath run show ${run.id}`,
    });
  }
  const afterSeq = (await bench.engine.events(run.id)).at(-1)?.seq ?? 0;
  await bench.engine.approve(run.id, step.id, decision, context.by);
  return await workAndShow(context, bench, run, afterSeq);
}
