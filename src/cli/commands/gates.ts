import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EXIT } from '../../diagnostics/error-codes.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { evaluateGates, type GatesVerdict } from '../github/evaluate-gates.ts';
import { outputLines } from '../github/output-lines.ts';
import { readHistory } from '../github/read-history.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { writeJson } from '../output.ts';
import { gatesSummary, renderGates } from '../views/run/gates.ts';
import { openBench, requireEnvironment } from './deploy.ts';

/** `glidepath gates <env>`: whether a commit may be deployed, by all that can be asked without a secret and without a lock. */
export async function gates(
  context: CommandContext,
  name: string,
  options: { ref: string | null },
): Promise<ExitCode> {
  await using bench = await openBench(context);
  const environment = requireEnvironment(bench.project, name);
  const verdict = await evaluateGates(context, bench, {
    environment,
    commit: () => bench.source.resolveRef(options.ref ?? 'HEAD'),
    readHistory: () => readHistory(context, bench, [name]),
  });
  const { output } = context;
  const { error: _error, ...document } = verdict;
  if (output.json) writeJson(output, document);
  else output.write(renderGates(verdict, { color: output.color }));
  tellJob(context, verdict);
  if (verdict.error !== null) throw verdict.error;
  return EXIT.ok;
}

/** What the jobs after it decide by, and what the page of the run shows. */
function tellJob(context: CommandContext, verdict: GatesVerdict): void {
  const github = readGithubContext(context);
  if (github === null) return;
  if (github.outputFile !== null) {
    const outputs = { approved: String(verdict.approved), plan: verdict.plan ?? '' };
    appendFileSync(github.outputFile, outputLines(outputs, `glidepath-${randomBytes(12).toString('hex')}`));
  }
  if (github.summaryFile !== null) appendFileSync(github.summaryFile, gatesSummary(verdict));
}
