import { describe, expect, test } from 'vitest';
import { lintFiles } from '../lint-files.ts';
import { ALL_RULES } from './all-rules.ts';
import type { Example, WorkflowRule } from './rule.ts';

function found(rule: WorkflowRule, example: Example): string[] {
  const sources = Object.entries(example).map(([path, text]) => ({ path, text }));
  const reports = lintFiles(sources, { isPedantic: true, rules: [rule] });
  expect(reports.flatMap(({ mistakes }) => mistakes)).toEqual([]);
  return reports.flatMap(({ findings }) =>
    findings.map(({ file, line, column }) => `${file}:${line}:${column}`),
  );
}

describe.each(ALL_RULES.map((rule) => [rule.id, rule] as const))('%s', (_, rule) => {
  test('is found in what is wrong, in the first of its files', () => {
    const [first = ''] = Object.keys(rule.bad);
    const places = found(rule, rule.bad);
    expect(places).not.toEqual([]);
    expect(places.every((place) => place.startsWith(`${first}:`))).toBe(true);
  });

  test('leaves alone what is right', () => {
    expect(found(rule, rule.good)).toEqual([]);
  });

  test('speaks in sentences', () => {
    const [finding] = lintFiles(
      Object.entries(rule.bad).map(([path, text]) => ({ path, text })),
      { isPedantic: true, rules: [rule] },
    ).flatMap(({ findings }) => findings);
    expect(finding?.message).toMatch(/[.?]$/);
    for (const text of [rule.what, rule.why]) expect(text).toMatch(/^\S[^]*\.$/);
    expect(rule.title).toMatch(/^\S[^]*[^.]$/);
    expect(rule.hint).toMatch(/^[A-Z][^]+/);
  });
});
