import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { lintSql } from '../../src/migrations/lint/lint-sql.ts';
import { EXPLANATIONS, SAME, type Explanation } from '../corpus/squawk-differences.ts';
import { CORPUS, corpusFiles, lintCorpusFile, type CorpusFile } from '../support/lint-corpus.ts';

const SQUAWK = fileURLToPath(new URL('../../node_modules/.bin/squawk', import.meta.url));

/** One rule of one of the two that speaks up at a statement, where the other has nothing to say. */
interface Difference {
  readonly side: 'ours' | 'squawk';
  readonly rule: string;
  readonly file: string;
  /** Blanks as one; empty: none, as for a comment. */
  readonly statement: string;
}

/** A statement of a file, as far as its text goes. */
interface Span {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

async function spansOf(file: CorpusFile): Promise<readonly Span[]> {
  const { parsed } = await lintSql([{ file: file.name, text: file.text }], file.settings, []);
  return (parsed[0]?.statements ?? []).map(({ start, text }) => ({ start, end: start + text.length, text }));
}

function spanAt(spans: readonly Span[], index: number): number {
  return spans.findIndex(({ start, end }) => index >= start && index <= end);
}

/** Lines and columns from 0, columns in bytes of UTF-8: as squawk says them. */
function indexOfBytes(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line).join('\n').length + (line === 0 ? 0 : 1);
  return (
    before +
    Buffer.from(lines[line] ?? '')
      .subarray(0, column)
      .toString().length
  );
}

/** Lines and columns from 1, columns in characters. */
function indexOfCharacters(text: string, line: number, column: number): number {
  const lines = text.split('\n');
  const before = lines.slice(0, line - 1).join('\n').length + (line === 1 ? 0 : 1);
  return (
    before +
    Array.from(lines[line - 1] ?? '')
      .slice(0, column - 1)
      .join('').length
  );
}

function squawked(file: CorpusFile, spans: readonly Span[]): ReadonlySet<string> {
  const args = ['--reporter', 'json', '--pg-version', `${file.settings.postgresVersion}.0`];
  if (file.settings.inTransaction) args.push('--assume-in-transaction');
  if (file.isOptIn) args.push('--include=require-table-schema');
  const { stdout, stderr } = spawnSync(SQUAWK, [...args, `${CORPUS}/${file.name}.sql`], { encoding: 'utf8' });
  if (stdout === '') throw new Error(`squawk printed nothing of ${file.name}: ${stderr}`);
  const found = JSON.parse(stdout) as { line: number; column: number; rule_name: string }[];
  return new Set(
    found.map(({ line, column, rule_name: rule }) => {
      const at = spanAt(spans, indexOfBytes(file.text, line, column));
      return `${at} ${rule}`;
    }),
  );
}

async function differencesIn(file: CorpusFile): Promise<readonly Difference[]> {
  const spans = await spansOf(file);
  const { findings } = await lintCorpusFile(file);
  const ours = new Set(
    findings.map(
      ({ line, column, rule }) => `${spanAt(spans, indexOfCharacters(file.text, line, column))} ${rule}`,
    ),
  );
  const theirs = squawked(file, spans);
  const difference = (side: Difference['side'], key: string): Difference => {
    const [at = '', rule = ''] = key.split(' ');
    const statement = (spans[Number(at)]?.text ?? '').replace(/\s+/g, ' ');
    return { side, rule, file: file.name, statement };
  };
  const isSaidByUs = (key: string): boolean => {
    const [at, rule = ''] = key.split(' ');
    return (SAME[rule] ?? []).some((own) => ours.has(`${at} ${own}`));
  };
  const isSaidByThem = (key: string): boolean => {
    const [at, rule = ''] = key.split(' ');
    return Object.keys(SAME).some(
      (other) => (SAME[other] ?? []).includes(rule) && theirs.has(`${at} ${other}`),
    );
  };
  return [
    ...[...theirs].filter((key) => !isSaidByUs(key)).map((key) => difference('squawk', key)),
    ...[...ours].filter((key) => !isSaidByThem(key)).map((key) => difference('ours', key)),
  ];
}

function explains({ side, rule, statements }: Explanation, difference: Difference): boolean {
  if (side !== difference.side || rule !== difference.rule) return false;
  return statements === undefined || statements.some((begin) => difference.statement.startsWith(begin));
}

describe.skipIf(!existsSync(SQUAWK))('beside squawk, on the same corpus', async () => {
  const differences = (await Promise.all(corpusFiles().map(differencesIn))).flat();

  test('the two agree on much', async () => {
    const agreed = (
      await Promise.all(corpusFiles().map(async (file) => (await lintCorpusFile(file)).findings))
    ).flat();
    const ours = differences.filter(({ side }) => side === 'ours');
    expect(agreed.length - ours.length).toBeGreaterThan(200);
  });

  test('every difference is explained', () => {
    const unexplained = differences.filter(
      (difference) => !EXPLANATIONS.some((one) => explains(one, difference)),
    );
    expect(
      unexplained.map(({ side, rule, file, statement }) => `${side} ${rule} ${file}: ${statement}`),
    ).toEqual([]);
  });

  test('every explanation is of a difference, down to each statement that it names', () => {
    const idle = EXPLANATIONS.flatMap((one) => {
      const begins = one.statements ?? [undefined];
      return begins
        .filter((begin) => {
          const narrow = begin === undefined ? one : { ...one, statements: [begin] };
          return !differences.some((difference) => explains(narrow, difference));
        })
        .map((begin) => `${one.side} ${one.rule}${begin === undefined ? '' : `: ${begin}`}`);
    });
    expect(idle).toEqual([]);
  });

  test('every rule of squawk has a rule of ours that says the same', () => {
    const unknown = differences.filter(({ side, rule }) => side === 'squawk' && !(rule in SAME));
    expect(unknown).toEqual([]);
  });
});
