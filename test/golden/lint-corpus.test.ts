import { describe, expect, test } from 'vitest';
import { IGNORE_RULES } from '../../src/migrations/lint/ignores/ignore-rules.ts';
import { ALL_RULES } from '../../src/migrations/lint/rules/all-rules.ts';
import { CORPUS, corpusFiles, lintCorpusFile } from '../support/lint-corpus.ts';

const FILES = corpusFiles();
const REPORTS = new Map(
  await Promise.all(FILES.map(async (file) => [file.name, await lintCorpusFile(file)] as const)),
);

/** Fewer would leave some forms of some statements out. */
const STATEMENTS_MIN = 250;

describe('the corpus', () => {
  test.each(FILES.map((file) => file.name))('%s is judged as it says beside it', async (name) => {
    const report = REPORTS.get(name);
    expect(report?.mistakes).toEqual([]);
    const lines = (report?.findings ?? []).map(
      ({ line, column, severity, rule, message }) => `${line}:${column} ${severity} ${rule}: ${message}`,
    );
    const ignored = (report?.ignored ?? []).map(
      ({ finding, reason }) => `${finding.line}:${finding.column} ignored ${finding.rule}: ${reason}`,
    );
    await expect(`${[...lines, ...ignored].join('\n')}\n`).toMatchFileSnapshot(`${CORPUS}/${name}.expected`);
  });

  test('is large enough, and has servers of every version, transactions, and tables of every size', () => {
    const statements = [...REPORTS.values()].reduce((sum, report) => sum + report.statements, 0);
    expect(statements).toBeGreaterThanOrEqual(STATEMENTS_MIN);
    expect(
      [...new Set(FILES.map((file) => file.settings.postgresVersion))].toSorted((one, other) => one - other),
    ).toEqual([14, 15, 16, 17, 18]);
    expect(FILES.some((file) => file.settings.inTransaction)).toBe(true);
    const facts = FILES.flatMap((file) => Object.values(file.settings.tables));
    expect(facts.some(({ exists }) => !exists)).toBe(true);
    expect(facts.some(({ rows }) => rows !== null && rows < 1_000)).toBe(true);
    expect(facts.some(({ accessesPerSecond }) => (accessesPerSecond ?? 0) > 1_000)).toBe(true);
  });

  test.each([...ALL_RULES, ...IGNORE_RULES].map(({ id }) => id))(
    'meets %s, and does not where it should not',
    (rule) => {
      const found = [...REPORTS.values()].filter((report) =>
        report.findings.some((finding) => finding.rule === rule),
      );
      expect(found.length).toBeGreaterThan(0);
      // Beside what is wrong stands something alike that is not.
      const isSelective = found.some((report) => {
        const wrong = new Set(
          report.findings.filter((finding) => finding.rule === rule).map(({ line }) => line),
        );
        return report.statements > wrong.size + 2;
      });
      expect(isSelective).toBe(true);
    },
  );
});
