import { randomBytes } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { EXIT } from '../../diagnostics/error-codes.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { CommandContext, ExitCode } from '../command-context.ts';
import { evaluateGates, type GatesVerdict } from '../github/evaluate-gates.ts';
import { outputLines } from '../github/output-lines.ts';
import { readHistory } from '../github/read-history.ts';
import { readGithubContext } from '../github/read-github-context.ts';
import { writeJson } from '../output.ts';
import { gatesSummary, renderGates } from '../views/run/gates.ts';
import { openBench, requireEnvironment, requireLive } from './deploy.ts';

/** `glidepath gates <env>`: whether a commit may be deployed, or a release promoted, by all that can be asked without a secret and without a lock. */
export async function gates(
  context: CommandContext,
  name: string,
  options: { ref: string | null; promoteFrom: string | null },
): Promise<ExitCode> {
  const { ref, promoteFrom: from } = options;
  if (ref !== null && from !== null) {
    throw new ToolError('CLI_USAGE', '--ref and --promote-from cannot be combined.', {
      hint: 'See how it is used: glidepath gates --help',
    });
  }
  await using bench = await openBench(context);
  const environment = requireEnvironment(bench.project, name);
  if (from !== null) requireEnvironment(bench.project, from);
  const verdict = await evaluateGates(context, bench, {
    environment,
    from,
    commit: () =>
      from === null
        ? bench.source.resolveRef(ref ?? 'HEAD')
        : Promise.resolve(requireLive(bench, from).release.commit),
    readHistory: () => readHistory(context, bench, from === null ? [name] : [from, name]),
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
    const outputs = {
      approved: String(verdict.approved),
      plan: verdict.plan ?? '',
      asked: verdict.asked ?? '',
    };
    appendFileSync(github.outputFile, outputLines(outputs, `glidepath-${randomBytes(12).toString('hex')}`));
  }
  if (github.summaryFile !== null) appendFileSync(github.summaryFile, gatesSummary(verdict));
}
