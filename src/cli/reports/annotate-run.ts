import type { CheckResult, ChecksOutcome } from '../../checks/check-event.ts';
import type { ReportsSummary } from '../../reports/summary/reports-summary.ts';
import { fitAnnotations, type Annotated } from '../github/fit-annotations.ts';
import type { Output } from '../output.ts';
import { reportsAnnotations } from './reports-annotations.ts';

/** How the checks ended, and what their reports say; null where none of them has reports. */
export interface AnnotatedRun {
  readonly outcome: ChecksOutcome;
  readonly reports: ReportsSummary | null;
}

/** Makes GitHub show, once for a run, what its checks found and which of them failed: no more than it shows of a step. */
export function annotateRun(output: Pick<Output, 'json' | 'write' | 'error'>, run: AnnotatedRun): void {
  const { outcome, reports } = run;
  // The command ends with the first failure, and annotates it then; with --json it does not.
  const told = output.json ? undefined : outcome.failures[0]?.name;
  const text = fitAnnotations([
    ...(reports === null ? [] : reportsAnnotations(reports)),
    outcome.results.flatMap((result) => checkAnnotations(result, result.name === told)),
  ]);
  // With --json standard output is one document; the runner reads commands from either stream.
  if (output.json) output.error(text);
  else output.write(text);
}

function checkAnnotations({ name, problem, warnings }: CheckResult, isTold: boolean): readonly Annotated[] {
  const place = { title: `Check ${name}` };
  const failure = problem === null || isTold ? [] : [`${problem.message}\n${problem.hint}`];
  return [
    ...failure.map((message) => ({ level: 'error' as const, place, message })),
    ...warnings.map((message) => ({ level: 'warning' as const, place, message })),
  ];
}
