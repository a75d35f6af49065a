import type { GateRow, GatesVerdict } from '../../github/evaluate-gates.ts';
import { shortPlan } from '../../../pipeline/approval/plan-hash.ts';
import { code, plain, table } from '../../github/markdown.ts';
import { paint } from '../text/paint.ts';

const SIGNS: Readonly<Record<GateRow['state'], string>> = {
  holds: '✓',
  waits: '⏸',
  refused: '✗',
  later: '·',
  'not asked': '·',
};

/** The gates of an environment, one line each, and what follows from them. */
export function renderGates(verdict: GatesVerdict, options: { readonly color: boolean }): string {
  const { bold, green, red, yellow, dim } = paint(options.color);
  const colors: Readonly<Record<GateRow['state'], (text: string) => string>> = {
    holds: green,
    waits: yellow,
    refused: red,
    later: dim,
    'not asked': dim,
  };
  const names = Math.max(...verdict.gates.map(({ gate }) => gate.length));
  const states = Math.max(...verdict.gates.map(({ state }) => state.length));
  const lines = verdict.gates.map(
    ({ gate, state, why }) =>
      `  ${colors[state](SIGNS[state])} ${gate.padEnd(names)}  ${colors[state](state.padEnd(states))}  ${why}`,
  );
  return `${[bold(headingOf(verdict)), ...lines].join('\n')}\n`;
}

/** The same for the page of a run. Pure. */
export function gatesSummary(verdict: GatesVerdict): string {
  const rows = verdict.gates.map(({ gate, state, why }) => [
    plain(gate),
    `${SIGNS[state]} ${state}`,
    plain(why),
  ]);
  const asked =
    verdict.askedAt === null || verdict.approved
      ? []
      : [
          '',
          `[The comment that asks](${verdict.askedAt}) has the line to write; the approval starts this again.`,
        ];
  const steps =
    verdict.steps.length === 0
      ? []
      : [
          '',
          `Whoever approves the next job agrees to plan ${code(shortPlan(verdict.plan ?? ''))} of this commit, and to no other:`,
          '',
          ...verdict.steps.map((step, index) => `${index + 1}. ${plain(step)}`),
        ];
  const parts = [
    `## ${plain(headingOf(verdict))}`,
    '',
    table(['Gate', 'Status', 'Why'], rows),
    ...asked,
    ...steps,
  ];
  return `${parts.join('\n')}\n`;
}

function headingOf(verdict: GatesVerdict): string {
  const { environment, commit, approved, error } = verdict;
  const what = `Gates of ${environment}${commit === '' ? '' : ` for ${commit.slice(0, 7)}`}`;
  if (error !== null) return `${what}: refused`;
  if (verdict.asked !== null) return `${what}: its reviewers are asked next`;
  return approved ? `${what}: it may be deployed` : `${what}: it waits for an approval`;
}
