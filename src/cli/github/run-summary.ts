import type { StepModel } from '../views/run/run-model.ts';
import { renderPlanMermaid } from '../views/run/plan-mermaid.ts';
import { printedLines } from '../views/text/printed-lines.ts';
import { formatDuration } from '../views/text/time.ts';
import { block, code, factTable, link, plain, table } from './markdown.ts';
import { outcomeOf, outcomeWords, type RunFacts } from './run-facts.ts';

/** GitHub shows a mebibyte a step, and nothing at all of more (docs.github.com, "Adding a job summary"). */
const SUMMARY_BYTES_MAX = 1024 * 1024;
/** Mermaid draws no more text than this (its `maxTextSize`). */
const MERMAID_LENGTH_MAX = 50_000;

/** The summary of a job: how it ended, a picture of the plan, every step, and of a failure what is to be done. Pure. */
export function runSummary(facts: RunFacts): string {
  const parts = [heading(facts), about(facts), failure(facts), picture(facts), steps(facts), notes(facts)];
  const whole = join(parts);
  if (Buffer.byteLength(whole) <= SUMMARY_BYTES_MAX) return whole;
  return join([heading(facts), about(facts), failure(facts), notes(facts)]);
}

function join(parts: readonly (string | null)[]): string {
  return `${parts.filter((part) => part !== null).join('\n\n')}\n`;
}

function heading({ model, action }: RunFacts): string {
  return `## ${plain(model.title)}: ${outcomeWords(outcomeOf(model.status, action))}`;
}

function about(facts: RunFacts): string {
  const { environment, commit, release, before, by, urls, runUrl, repositoryUrl, model } = facts;
  const commitUrl = repositoryUrl === null ? null : `${repositoryUrl}/commit/${commit}`;
  const took =
    model.startedAt === null || model.finishedAt === null
      ? null
      : formatDuration(model.finishedAt - model.startedAt);
  const rows: (readonly [string, string | null])[] = [
    ['Environment', plain(environment)],
    ['Release', release === null ? null : code(release)],
    ['Before', before === null ? null : code(before)],
    ['Commit', commit === '' ? null : link(commit.slice(0, 7), commitUrl)],
    ...Object.entries(urls).map(
      ([app, url]) => [plain(app), link(url.replace(/^https?:\/\//, ''), url)] as const,
    ),
    ['By', plain(by)],
    ['Took', took],
    ['Run', runUrl === null ? code(model.runId) : `${code(model.runId)} · ${link('log', runUrl)}`],
  ];
  return factTable(rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const])));
}

function failure({ model }: RunFacts): string | null {
  const { error } = model;
  if (error === null) return null;
  const hints = (error.hint ?? '').split('\n').filter((hint) => hint !== '');
  const output = printedLines(error.output);
  return [
    `### ${plain(error.message)}`,
    ...(output.length === 0 ? [] : [block(output)]),
    ...hints.map((hint) => `- ${plain(hint)}`),
    `${code(error.code)}: ${code(`glidepath explain ${error.code}`)}`,
  ].join('\n\n');
}

function picture({ plan, model }: RunFacts): string | null {
  const states = Object.fromEntries(model.steps.map((step) => [step.id, step.status]));
  const drawn = renderPlanMermaid(plan, states);
  return drawn.length > MERMAID_LENGTH_MAX ? null : block([drawn.trimEnd()], 'mermaid');
}

const MARKS: Readonly<Record<StepModel['status'], string>> = {
  pending: '·',
  running: '🔄',
  waiting: '⏸',
  succeeded: '✅',
  failed: '❌',
  cancelled: '⊘',
  undoing: '↺',
  undone: '↺ put back',
  'undo-failed': '❌ NOT restored',
};

function steps({ model }: RunFacts): string {
  const rows = model.steps.map((step) => [
    MARKS[step.status],
    plain(step.title),
    step.startedAt === null || step.finishedAt === null
      ? ''
      : formatDuration(step.finishedAt - step.startedAt),
    step.error === null ? '' : plain(step.error.message),
  ]);
  return table(['Status', 'Step', 'Took', 'Error'], rows);
}

function notes({ notes: all }: RunFacts): string | null {
  return all.length === 0 ? null : all.map((note) => `- ${plain(note)}`).join('\n');
}
