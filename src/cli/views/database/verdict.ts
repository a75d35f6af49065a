import {
  cellOf,
  VERDICT_WORDS,
  type TrialCell,
  type Verdict,
} from '../../../migrations/verdict/rollback-verdict.ts';
import type { VerdictRecord } from '../../../pipeline/verdict/verdict-record.ts';
import { resultWords, VERDICT_MEANING } from '../../../pipeline/verdict/verdict-words.ts';
import { paint, type Paint } from '../text/paint.ts';
import { cut, padEnd } from '../text/table.ts';
import { visibleText } from '../text/visible-text.ts';
import { wrapWords } from '../text/wrap-words.ts';

/** Lines that are kept of what failed. */
const OUTPUT_SHOWN = 5;
const WIDTH_MAX = 100;

/** What came of trying both releases on both schemas, and whether the one before can be gone back to. */
export function renderVerdict(
  record: VerdictRecord,
  { color, width }: { readonly color: boolean; readonly width: number },
): readonly string[] {
  const colors = paint(color);
  const { bold, dim } = colors;
  const lines = (text: string, indent: string): string[] =>
    wrapWords(visibleText(text), Math.max(20, Math.min(width, WIDTH_MAX) - indent.length)).map(
      (line) => `${indent}${line}`,
    );
  return [
    ...matrix(record, colors),
    ...record.cells.flatMap((cell) => failure(cell, colors, width)),
    `${colorOf(record.verdict, colors)('↩')} ${bold(`Back to ${record.from}: ${VERDICT_WORDS[record.verdict]}`)}`,
    ...lines(VERDICT_MEANING[record.verdict], '  '),
    ...reasonsLeft(record).flatMap((reason) => lines(`· ${reason}`, '    ').map(dim)),
    '',
  ];
}

/** What is not said yet: what a trial failed of stands above. */
function reasonsLeft({ verdict, reasons, cells }: VerdictRecord): readonly string[] {
  if (verdict === 'safe') return [];
  const said = cells.flatMap(({ message }) => (message === null ? [] : [message]));
  return reasons.filter((reason) => !said.some((message) => reason.endsWith(message)));
}

/** As it stands in a table: coloured by how bad it is. */
export function verdictCell(verdict: Verdict | null, colors: Paint): string {
  return verdict === null || verdict === 'unknown'
    ? colors.dim('–')
    : colorOf(verdict, colors)(VERDICT_WORDS[verdict]);
}

function colorOf(verdict: Verdict, { green, yellow, red }: Paint): (text: string) => string {
  return { safe: green, 'code-only': yellow, 'forward-only': red, unknown: yellow }[verdict];
}

const NAME_WIDTH = 14;
const CELL_WIDTH = 26;

function matrix({ cells, from }: VerdictRecord, colors: Paint): string[] {
  if (cells.length === 0) return [];
  const row = (name: string, code: TrialCell['code']): string =>
    `  ${padEnd(name, NAME_WIDTH)}${(['old', 'new'] as const)
      .map((schema) => padEnd(cellWords(cellOf(cells, code, schema), colors), CELL_WIDTH))
      .join('')}`.trimEnd();
  const head = `  ${padEnd('', NAME_WIDTH)}${padEnd('old schema', CELL_WIDTH)}new schema`;
  return [
    colors.dim(`Tested on throwaway apps: ${from}, which is live, and the new release`),
    colors.dim(head),
    row('live release', 'old'),
    row('new release', 'new'),
    '',
  ];
}

function cellWords(cell: TrialCell | null, { green, red, dim }: Paint): string {
  if (cell === null) return dim('–');
  const words = resultWords(cell);
  if (cell.result === 'passed') return green(`✓ ${words}`);
  return cell.result === 'failed' ? red(`✗ ${words}`) : dim(`– ${words}`);
}

/** What failed on the new schema matters; that new code needs the new schema is nothing to explain. */
function failure(cell: TrialCell, { dim }: Paint, width: number): string[] {
  if (cell.result === 'passed' || (cell.code === 'new' && cell.schema === 'old')) return [];
  const output = cell.output.slice(-OUTPUT_SHOWN);
  return [
    ...wrapWords(
      visibleText(
        `The ${cell.code === 'old' ? 'live' : 'new'} release on the ${cell.schema} schema: ${cell.message ?? ''}`,
      ),
      Math.max(20, Math.min(width, WIDTH_MAX) - 2),
    ).map((line) => `  ${line}`),
    ...output.map((line) => dim(`  │ ${cut(visibleText(line), Math.max(20, width - 4))}`)),
    '',
  ];
}
